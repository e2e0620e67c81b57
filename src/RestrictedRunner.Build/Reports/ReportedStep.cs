namespace RestrictedRunner.Build.Reports;

/// <summary>What became of a step.</summary>
internal enum ReportedState
{
    /// <summary>Nothing was to do.</summary>
    UpToDate,

    /// <summary>It came from the cache.</summary>
    Restored,

    /// <summary>It ran and succeeded.</summary>
    Ran,

    /// <summary>An error was logged for it.</summary>
    Failed,

    /// <summary>It was not run, because of others.</summary>
    NotRun,
}

/// <summary>Number and size of files.</summary>
internal sealed record FileSum(int Files, long Bytes)
{
    public static readonly FileSum None = new(0, 0);
}

/// <summary>What a report tells of one step. It has names, numbers and hashes only: no command, and no value of a variable.</summary>
internal sealed record ReportedStep
{
    /// <summary>Full path of the project's file.</summary>
    public string Project { get; init; } = "";

    /// <summary>The framework of an inner build of several; otherwise empty.</summary>
    public string Framework { get; init; } = "";

    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    public ReportedState State { get; init; }

    /// <summary>Why it is not up to date, the first cause first.</summary>
    public IReadOnlyList<string> Causes { get; init; } = [];

    /// <summary>The image's name.</summary>
    public string Image { get; init; } = "";

    /// <summary>What the name stood for; empty where that is not known.</summary>
    public string ImageIdentity { get; init; } = "";

    /// <summary>The step's key; empty where it is not known.</summary>
    public string Key { get; init; } = "";

    /// <summary>The command's exit code; null for a step whose command did not run to its end.</summary>
    public int? ExitCode { get; init; }

    /// <summary>True when the kernel killed a process of it because memory ran out.</summary>
    public bool OutOfMemory { get; init; }

    public FileSum Inputs { get; init; } = FileSum.None;

    public FileSum Outputs { get; init; } = FileSum.None;

    /// <summary>Full path of the file with its output; empty where there is none.</summary>
    public string Log { get; init; } = "";

    /// <summary>What the build did for it, one after the other; none for a step that was not run.</summary>
    public IReadOnlyList<PhaseTime> Phases { get; init; } = [];

    /// <summary>What it took without waiting, in microseconds.</summary>
    public long Duration() => Phases.Where(static time => !IsWaiting(time.Phase)).Sum(static time => time.End - time.Start);

    public static bool IsWaiting(StepPhase phase) => phase <= StepPhase.WaitingForLock;
}
