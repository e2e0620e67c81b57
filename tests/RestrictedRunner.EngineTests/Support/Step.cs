namespace RestrictedRunner.EngineTests;

/// <summary>Short ways to run a step.</summary>
internal static class Step
{
    // What a build knows after its first step.
    private static FileTransfer Transfer => Engines.AreRemote ? FileTransfer.Copy : FileTransfer.Auto;

    /// <summary>A command in busybox.</summary>
    public static StepOptions On(string engine, string command) => new() { Engine = engine, Image = TestImages.Busybox, Command = command, Transfer = Transfer };

    /// <summary>A program with arguments in busybox.</summary>
    public static StepOptions Direct(string engine, params string[] arguments) => new() { Engine = engine, Image = TestImages.Busybox, Arguments = arguments, Transfer = Transfer };

    public static Task<RunResult> RunAsync(this StepOptions options, RunObserver? observer = null) =>
        DockerRunner.RunAsync(options, observer, captureOutput: true, TestContext.Current.CancellationToken);

    /// <summary>Standard output of a command that has to succeed.</summary>
    public static async Task<string> OutputAsync(this StepOptions options)
    {
        var result = await options.RunAsync();
        Assert.Equal((0, ""), (result.ExitCode, result.StandardError));
        return result.StandardOutput!;
    }

    /// <summary>The failure of a step that must not run.</summary>
    public static Task<RunnerException> FailureAsync(this StepOptions options, RunObserver? observer = null) =>
        Assert.ThrowsAsync<RunnerException>(() => options.RunAsync(observer));
}
