using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;
using RestrictedRunner.Planning;
using RestrictedRunner.Transfer;

namespace RestrictedRunner;

/// <summary>
/// Runs commands in disposable containers with <c>docker run</c> or <c>podman run</c>. It holds no state: any number
/// of steps may run at once.
/// </summary>
public static class DockerRunner
{
    private static readonly RunObserver NoObserver = new();

    /// <summary>Runs one command in a container of its own and waits for its end.</summary>
    /// <param name="options">What to run, and how.</param>
    /// <param name="observer">Sees lines as they come; may be null.</param>
    /// <param name="captureOutput">Keeps all output for the result, in memory.</param>
    /// <param name="cancellation">Stops and removes the container, also one that is still being created.</param>
    /// <returns>How the command ended. A result never stands for a command that was cancelled.</returns>
    /// <exception cref="RunnerException">The command was not run to its end.</exception>
    /// <exception cref="OperationCanceledException">The command was cancelled; its container is gone.</exception>
    /// <exception cref="TimeoutException"><see cref="StepOptions.Timeout"/> ran out; the container is gone.</exception>
    public static Task<RunResult> RunAsync(
        StepOptions options,
        RunObserver? observer = null,
        bool captureOutput = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RunInBuildAsync(Host.OfThisMachine, options, new ImagePulls(), new Transfers(), observer ?? NoObserver, captureOutput, cancellation);
    }

    /// <summary>Runs one step of a build, whose steps share their pulls and what is known of engines that do not see this machine's files.</summary>
    internal static async Task<RunResult> RunInBuildAsync(Host host, StepOptions options, ImagePulls pulls, Transfers transfers, RunObserver observer, bool captureOutput, CancellationToken cancellation)
    {
        if (!transfers.Copies(options))
        {
            var mounted = await PlannedStep.ForAsync(options, host, cancellation).ConfigureAwait(false);
            using var run = new StepRun(mounted, pulls, observer, captureOutput, cancellation);
            try
            {
                return await run.RunMountedAsync().ConfigureAwait(false);
            }
            catch (RunnerException e) when (e.Failure == RunnerFailure.MountUnseen && mounted.MayBeCopied(e.Message))
            {
                // Found out for nothing, and once in a build: nothing has run yet.
                transfers.Remember(options);
            }
        }

        var copied = await PlannedStep.ForAsync(options, host, cancellation, copies: true).ConfigureAwait(false);
        using var copiedRun = new StepRun(copied, pulls, observer, captureOutput, cancellation);
        return await copiedRun.RunCopiedAsync(transfers).ConfigureAwait(false);
    }

    /// <summary>Brings the image of a step to the engine, as <see cref="StepOptions.Pull"/> says, and runs nothing.</summary>
    /// <param name="options">Tells image, platform and engine.</param>
    /// <param name="observer">Sees pull progress and command lines; may be null.</param>
    /// <param name="cancellation">Ends the pull.</param>
    /// <returns>False when the engine had the image, and was not to ask for a newer one.</returns>
    /// <exception cref="RunnerException">The image is not there and may not, or cannot, be pulled, or its name is no reference.</exception>
    /// <exception cref="OperationCanceledException">The pull was cancelled.</exception>
    public static Task<bool> PullAsync(StepOptions options, RunObserver? observer = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return PullInBuildAsync(Host.OfThisMachine, options, new ImagePulls(), observer ?? NoObserver, cancellation);
    }

    /// <summary>Brings the image of one step of a build, whose steps share their pulls.</summary>
    internal static async Task<bool> PullInBuildAsync(Host host, StepOptions options, ImagePulls pulls, RunObserver observer, CancellationToken cancellation)
    {
        ThrowIfAny(StepOptionRules.CheckPull(options));
        var engine = EngineProcess.For(options, host);
        using var reaper = new Reaper(engine);
        return await pulls.EnsureAsync(engine, options, observer, reaper, cancellation).ConfigureAwait(false);
    }

    /// <summary>What the name of a step's image stands for in its registry. The image is pulled only where the client cannot ask otherwise.</summary>
    /// <exception cref="RunnerException">There is no such image, or nobody who answers.</exception>
    internal static async Task<ImageDigests> FindDigestsAsync(Host host, StepOptions options, ImagePulls pulls, RunObserver observer, CancellationToken cancellation)
    {
        var engine = EngineProcess.For(options, host);
        return await RegistryImage.FindAsync(engine, options, PullAsync, cancellation).ConfigureAwait(false);

        async Task PullAsync()
        {
            using var reaper = new Reaper(engine);
            await pulls.PullAsync(engine, options, before: null, observer, reaper, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Builds an image from a Dockerfile for the steps of a build.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="options">Tells the engine.</param>
    /// <param name="image">The image.</param>
    /// <param name="dockerfile">Its Dockerfile.</param>
    /// <param name="builder">Finds what builds for a client.</param>
    /// <param name="observer">Sees the lines of progress.</param>
    /// <param name="cancellation">Ends the build.</param>
    /// <inheritdoc cref="ImageBuild.RunAsync"/>
    internal static async Task<ImageBuildFailure?> BuildImageAsync(Host host, StepOptions options, ImageBuild image, Dockerfile dockerfile, Func<EngineProcess, Task<ImageBuilder>> builder, RunObserver observer, CancellationToken cancellation)
    {
        var engine = EngineProcess.For(options, host);
        var kind = await builder(engine).ConfigureAwait(false);
        using var reaper = new Reaper(engine);
        return await image.RunAsync(engine, kind, dockerfile, observer, reaper, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Removes containers and temporary folders of this machine whose owner, another process that used this library, was
    /// killed at a time when the engine could not be reached. What a living process owns is never touched, nor what
    /// another machine, another boot or another process namespace owns.
    /// </summary>
    /// <param name="options">Tells the engine.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>Names of the containers that were removed.</returns>
    /// <exception cref="RunnerException">There is no client.</exception>
    public static Task<IReadOnlyList<string>> RemoveAbandonedAsync(StepOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return RemoveAbandonedAsync(Host.OfThisMachine, options, cancellation);
    }

    /// <summary>The same in a build.</summary>
    internal static Task<IReadOnlyList<string>> RemoveAbandonedAsync(Host host, StepOptions options, CancellationToken cancellation) =>
        Abandoned.RemoveAsync(EngineProcess.For(options, host), cancellation);

    /// <summary>
    /// Starts a command whose standard input, output and error the caller holds. Every restriction is the same as in
    /// <see cref="RunAsync"/>.
    /// </summary>
    /// <param name="options">What to run, and how; without <see cref="StepOptions.StandardInput"/>.</param>
    /// <param name="observer">Sees pull progress and command lines; may be null.</param>
    /// <param name="cancellation">Stops and removes the container, now or later.</param>
    /// <exception cref="RunnerException">The options are wrong, or the image could not be had. A command that does not start is told by
    /// <see cref="InteractiveContainer.Completion"/>.</exception>
    public static async Task<InteractiveContainer> StartAsync(
        StepOptions options,
        RunObserver? observer = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfAny(StepOptionRules.CheckInteractive(options));
        var step = await PlannedStep.ForAsync(options, Host.OfThisMachine, cancellation).ConfigureAwait(false);
        observer ??= NoObserver;
        var reaper = new Reaper(step.Engine, step.Secrets is not null);
        try
        {
            await new ImagePulls().EnsureAsync(step.Engine, options, observer, reaper, cancellation).ConfigureAwait(false);
            return new InteractiveContainer(step, reaper, step.WriteFiles(reaper.Folder, readsOutput: false), observer, cancellation);
        }
        catch
        {
            reaper.Dispose();
            throw;
        }
    }

    private static void ThrowIfAny(IReadOnlyList<OptionProblem> problems)
    {
        if (problems.Count > 0)
        {
            throw new RunnerException(problems);
        }
    }
}
