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
        var ofWindows = WindowsPath.Hint(failed);
        var program = ofWindows.Length > 0 ? ofWindows : ProgramNotRun.Hint(failed, Environment.GetEnvironmentVariable);
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
            program.Length > 0 ? "" : DeniedPath.Hint(options, lastLines, path => FileStatus.Of(path)?.OwnerId, CurrentUser.UserId),
            program.Length > 0 ? "" : LinkedPath.Hint(options, lastLines),
            UnseenPath.Hint(options, lastLines, Path.Exists),
        ];
    }
}
