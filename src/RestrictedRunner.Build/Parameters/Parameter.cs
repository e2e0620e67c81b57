using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Parameters;

/// <summary>What a step may be given: an option of the runner, or one of its log.</summary>
/// <param name="Name">The name of the task's attribute, of the metadata, and after <c>DockerExec</c> of the property.</param>
/// <param name="Type">How a value is written.</param>
internal sealed record Parameter(string Name, OptionType Type)
{
    public const string WorkingDirectory = nameof(WorkingDirectory);
    public const string IgnoreExitCode = nameof(IgnoreExitCode);
    public const string EchoOff = nameof(EchoOff);
    public const string ErrorFormats = nameof(ErrorFormats);
    public const string StandardOutputImportance = nameof(StandardOutputImportance);
    public const string StandardErrorImportance = nameof(StandardErrorImportance);
    public const string LogStandardErrorAsError = nameof(LogStandardErrorAsError);
    public const string IgnoreStandardErrorWarningFormat = nameof(IgnoreStandardErrorWarningFormat);
    public const string CustomErrorRegularExpression = nameof(CustomErrorRegularExpression);
    public const string CustomWarningRegularExpression = nameof(CustomWarningRegularExpression);
    public const string LogFile = nameof(LogFile);
    public const string CacheMounts = nameof(CacheMounts);

    /// <summary>True for one that decides what of the log or the exit code is a failure, and so whether there is a result at all.</summary>
    public bool DecidesSuccess { get; private init; }

    /// <summary>True for a value that would show a hermetic step more than it declares, or let it do more.</summary>
    public Predicate<string> LoosensHermetic { get; private init; } = static _ => false;

    /// <summary>All of them, by their names.</summary>
    public static IReadOnlyDictionary<string, Parameter> All { get; } = new Parameter[]
    {
        new(WorkingDirectory, OptionType.Text) { LoosensHermetic = static _ => true },
        new(IgnoreExitCode, OptionType.Switch) { DecidesSuccess = true },
        new(EchoOff, OptionType.Switch),
        new(ErrorFormats, OptionType.Items) { DecidesSuccess = true },
        new(StandardOutputImportance, OptionType.Text),
        new(StandardErrorImportance, OptionType.Text),
        new(LogStandardErrorAsError, OptionType.Switch) { DecidesSuccess = true },
        new(IgnoreStandardErrorWarningFormat, OptionType.Switch) { DecidesSuccess = true },
        new(CustomErrorRegularExpression, OptionType.Text) { DecidesSuccess = true },
        new(CustomWarningRegularExpression, OptionType.Text) { DecidesSuccess = true },
        new(LogFile, OptionType.Text),

        // In no key: what is in such a folder changes how long a step takes, and not what comes out of it.
        new(CacheMounts, OptionType.List) { LoosensHermetic = static _ => true },

        // Known to projects that change Exec into our task; without effect on a declared step, whose output no target reads.
        new("ConsoleToMSBuild", OptionType.Switch),
        new("UseUtf8Encoding", OptionType.Text),
        new("UseCommandProcessor", OptionType.Switch),
        new("YieldDuringToolExecution", OptionType.Switch),
    }
        .Concat(StepOptions.Table.Select(option => new Parameter(option.Name, option.Type) { LoosensHermetic = option.LoosensHermetic }))
        .ToDictionary(parameter => parameter.Name, StringComparer.OrdinalIgnoreCase);
}
