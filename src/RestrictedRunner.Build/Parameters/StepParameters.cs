using Microsoft.Build.Framework;
using RestrictedRunner.Build.ToolMessages;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Parameters;

/// <summary>What a step was asked for, and all that is wrong with it.</summary>
/// <param name="Host">The machine that builds.</param>
/// <param name="Options">Options with absolute host paths.</param>
/// <param name="LogFile">Where all output goes when the step fails.</param>
internal sealed record StepParameters(Host Host, StepOptions Options, LogFilePlace LogFile)
{
    /// <summary>A folder of the host that the command is to start in, relative to the project; empty for none. <see cref="HostWorkingDirectory"/> translates it.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>The mounts with the host paths that people know.</summary>
    public IReadOnlyList<Mount> DisplayMounts { get; init; } = Options.Mounts;

    /// <summary>Folders that live from run to run. They are no part of the options, whose mounts are in the step's key.</summary>
    public IReadOnlyList<CacheMount> CacheMounts { get; init; } = [];

    /// <summary>Importance of standard output.</summary>
    public MessageImportance StandardOutput { get; init; } = MessageImportance.High;

    /// <summary>Importance of standard error.</summary>
    public MessageImportance StandardError { get; init; } = MessageImportance.High;

    /// <summary>Formats of errors that the user defined.</summary>
    public IReadOnlyList<UserFormat> ErrorFormats { get; init; } = [];

    /// <summary>What a line of output means.</summary>
    public LineRules Lines { get; init; } = LineRules.None;

    /// <summary>True where an exit code that is not 0 is no failure.</summary>
    public bool IgnoreExitCode { get; init; }

    /// <summary>True where the command itself is kept out of the log.</summary>
    public bool EchoOff { get; init; }

    /// <summary>Every fault found in how the parameters are written.</summary>
    public IReadOnlyList<OptionProblem> Problems { get; init; } = [];
}

/// <summary>What a line of output means, in the order of <c>Exec</c>.</summary>
/// <param name="StandardErrorIsError">Every line of standard error is an error, and nothing else.</param>
/// <param name="Error">Tells the lines that are errors.</param>
/// <param name="Warning">Tells the lines that are warnings.</param>
/// <param name="IgnoreFormats">No other line is an error or a warning, whatever its format.</param>
internal sealed record LineRules(bool StandardErrorIsError, CustomExpression Error, CustomExpression Warning, bool IgnoreFormats)
{
    /// <summary>Those of a step that says nothing of its lines.</summary>
    public static LineRules None => new(StandardErrorIsError: false, CustomExpression.None, CustomExpression.None, IgnoreFormats: false);
}
