namespace RestrictedRunner.Build.Failures;

/// <summary>Says why a step failed, where facts prove it.</summary>
internal static class FailureRules
{
    // A signal may be the end of what another rule explains.
    private static readonly IReadOnlyList<Func<FailedStep, string?>> InOrder =
    [
        ProgramRules.WindowsLineEnds, ProgramRules.NoInterpreter, ProgramRules.NoExecuteBit, ProgramRules.WordOfBash,
        AccessRules.MountOfItsOwn, AccessRules.ReadOnly, AccessRules.OtherOwner, AccessRules.Processes, AccessRules.Network,
        PathRules.UndeclaredInput, PathRules.LinkOutOfMounts, PathRules.PathOfHost, PathRules.ElsewhereInProject,
        Signal,
    ];

    // https://man7.org/linux/man-pages/man7/signal.7.html
    private static readonly IReadOnlyList<(int Number, string Name)> Signals =
    [
        (4, "SIGILL"), (5, "SIGTRAP"), (6, "SIGABRT"), (7, "SIGBUS"), (8, "SIGFPE"), (9, "SIGKILL"),
        (11, "SIGSEGV"), (13, "SIGPIPE"), (15, "SIGTERM"), (24, "SIGXCPU"), (25, "SIGXFSZ"), (31, "SIGSYS"),
    ];

    /// <summary>The sentence of the first rule that is certain; empty when none is.</summary>
    public static string Explain(FailedStep failed) => InOrder.Select(rule => rule(failed)).FirstOrDefault(sentence => sentence is not null) ?? "";

    // By 128 all shells and engines mean the signal's number. A shell says so of what it runs, of a single program nobody does.
    private static string? Signal(FailedStep failed) =>
        Signals.FirstOrDefault(signal => signal.Number == failed.ExitCode - 128) is { Name: not null } signal ? $"That is the code of a program which signal {signal.Number} ({signal.Name}) has ended." : null;
}
