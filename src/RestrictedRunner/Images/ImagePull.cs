using RestrictedRunner.Engine;
using RestrictedRunner.Output;
using RestrictedRunner.Results;

namespace RestrictedRunner.Images;

/// <summary>Pulling an image: a phase of its own, with progress and retries.</summary>
internal static class ImagePull
{
    // A registry that restarts or a connection that drops is back within seconds; a longer outage is the user's to know.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    /// <summary>Asks the engine whether it has the image, for the step's platform.</summary>
    /// <returns>False when it does not, and the policy lets it be pulled.</returns>
    /// <exception cref="RunnerException">It does not, and it may not be pulled, or it does not answer.</exception>
    public static async Task<bool> IsThereAsync(EngineProcess engine, StepOptions options, CancellationToken cancellation)
    {
        var answer = await engine.AskAsync(["image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", options.ImageToRun], cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (answer is null)
        {
            throw new RunnerException(RunnerFailure.DaemonNotRunning, "The engine does not answer.");
        }

        if (answer.ExitCode == 0 && IsFor(options.Platform, answer.StandardOutput.Trim()))
        {
            return true;
        }

        var failure = answer.ExitCode == 0 ? RunnerFailure.ImageAbsent : EngineMessages.WhyNotStarted(answer.ExitCode, answer.StandardError);
        return options.Pull != PullPolicy.Never && failure == RunnerFailure.ImageAbsent
            ? false
            : throw new RunnerException(failure, answer.ExitCode == 0 ? $"The image is for {answer.StandardOutput.Trim()}." : answer.StandardError.Trim());
    }

    /// <summary>Pulls the step's image, three tries in all when the registry cannot be reached.</summary>
    /// <exception cref="RunnerException">With the reason of the last try.</exception>
    public static async Task RunAsync(EngineProcess engine, StepOptions options, RunObserver observer, Reaper reaper, CancellationToken cancellation)
    {
        IReadOnlyList<string> arguments =
            ["pull", .. options.Platform.Length == 0 ? Array.Empty<string>() : ["--platform", options.Platform], options.Image];
        for (var attempt = 0; ; attempt++)
        {
            observer.CommandLine(engine.CommandLine(arguments));
            var error = new OutputTail(20);
            var oneAtATime = new object();
            var exitCode = await engine.RunAsync(
                arguments,
                new EngineStreams(
                    (stream, token) => Utf8Lines.ReadAsync(stream, Progress, static () => { }, kept: null, token),
                    (stream, token) => Utf8Lines.ReadAsync(stream, Error, static () => { }, kept: null, token),
                    Environment: reaper.PullEnvironment),
                cancellation).ConfigureAwait(false);

            void Progress(string line)
            {
                lock (oneAtATime)
                {
                    observer.PullProgress(line);
                }
            }

            // Docker's progress is standard output, podman's standard error.
            void Error(string line)
            {
                Progress(line);
                error.Add(line);
            }

            if (exitCode == 0)
            {
                return;
            }

            var text = error.ToString();
            var failure = EngineMessages.WhyNotPulled(text);
            if (failure != RunnerFailure.RegistryUnreachable || attempt == Pauses.Length)
            {
                throw new RunnerException(failure, text);
            }

            observer.PullProgress($"{options.ImageName}: {error.Last}; trying again in {Pauses[attempt].TotalSeconds:0} s");
            await Task.Delay(Pauses[attempt], cancellation).ConfigureAwait(false);
        }
    }

    private static bool IsFor(string platform, string imagePlatform) =>
        platform.Length == 0 || platform == imagePlatform || platform.StartsWith(imagePlatform + "/", StringComparison.Ordinal) || imagePlatform.StartsWith(platform + "/", StringComparison.Ordinal);
}
