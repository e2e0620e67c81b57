using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Commands;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>The line of <c>Command</c> or <c>PrepareCommand</c> at which a script failed.</summary>
/// <param name="Parameter">Name of the parameter.</param>
/// <param name="Line">Line of its text, from 1.</param>
/// <param name="Complaint">What the shell said.</param>
internal sealed partial record FailedLine(string Parameter, int Line, string Complaint)
{
    /// <summary>The project file that the line is written in; empty when not known.</summary>
    public string File { get; init; } = "";

    /// <summary>Line of <see cref="File"/>.</summary>
    public int FileLine { get; init; }

    private const string Pipefail = "pipefail";

    private static readonly string[] WordsOfBash = ["[[", "source", "shopt", "declare", "typeset", "pushd", "popd", "mapfile", "function", "time"];

    /// <summary>Name or path of a program that the shell could not run; null when the complaint is about something else.</summary>
    public string? Program => NotRun().Match(Complaint) is { Success: true } match ? match.Text("program") : null;

    /// <summary>The word that bash knows and other shells do not, if the complaint is about one; else null.</summary>
    public string? WordOfBash =>
        WordsOfBash.Contains(Program) ? Program
        : Complaint.Contains(Pipefail, StringComparison.Ordinal) ? Pipefail
        : null;

    /// <summary>Where the complaint's line of the script comes from; null when it is a line of our own.</summary>
    public static FailedLine? For(ShellComplaint complaint, StepOptions options)
    {
        var before = CommandPlan.LinesBeforeCommand(options);
        return complaint.Line switch
        {
            _ when complaint.Line > before => new(nameof(StepOptions.Command), complaint.Line - before, complaint.Text),
            _ when complaint.Line < before && complaint.Line - CommandPlan.LinesOfExports(options) is > 0 and var line => new(nameof(StepOptions.PrepareCommand), line, complaint.Text),
            _ => null,
        };
    }

    [GeneratedRegex(@"^((?<program>[^\s:]+): ((command )?not found|No such file or directory|Permission denied|cannot execute.*|bad interpreter.*)|command not found: (?<program>[^\s:]+))$", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex NotRun();
}
