namespace RestrictedRunner.Build;

/// <summary>What may have made a command fail, and what to do, as far as it can be seen.</summary>
internal static class Advice
{
    /// <summary>Sentences for its error.</summary>
    /// <param name="failed">The command.</param>
    /// <param name="isHermetic">True when its step sees only what it declares.</param>
    public static IEnumerable<string> For(FailedCommand failed, bool isHermetic)
    {
        var (options, lastLines) = (failed.Options, failed.Output.LastLines);
        var program = Program(failed);
        string[] sentences =
        [
            SignalEnd.Hint(failed.ExitCode),
            failed.At is { } at ? $"The shell stopped at line {at.Line} of {at.Parameter}: {at.Complaint}." : "",
            program,
            EntryPoint.Hint(options, failed.Image),
            ProcessLimit.Hint(options, lastLines),
            .. isHermetic ? [UndeclaredInput.Hint(options, lastLines, Path.Exists)] : EntryPoint.GotScript(options) ? [] : OfPaths(),
        ];
        return sentences.Where(sentence => sentence.Length > 0);

        string[] OfPaths() =>
        [
            AbsentFolder.Hint(options, lastLines, Path.Exists),
            program.Length > 0 ? "" : DeniedPath.Hint(options, lastLines, path => FileStatus.Of(path)?.OwnerId, ProcessUser.Id),
            program.Length > 0 ? "" : LinkedPath.Hint(options, lastLines),
            UnseenPath.Hint(options, lastLines, Path.Exists),
        ];
    }

    // What is sure comes first.
    private static string Program(FailedCommand failed) =>
        RewrittenText.Hint(failed) is { Length: > 0 } rewritten ? rewritten
        : WindowsPath.Hint(failed) is { Length: > 0 } ofWindows ? ofWindows
        : ProgramNotRun.Hint(failed, HostEnvironment.Variable);
}
