using System.Diagnostics;
using RestrictedRunner.Commands;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;
using RestrictedRunner.Output;
using RestrictedRunner.Planning;
using RestrictedRunner.Transfer;

namespace RestrictedRunner;

/// <summary>
/// Runs commands in disposable containers with <c>docker run</c> or <c>podman run</c>. It holds no state: any number
/// of steps may run at once.
/// </summary>
public static class DockerRunner
{
    // 128 + SIGKILL, which is what the kernel sends.
    private const int Killed = 137;

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
            try
            {
                return await RunMountedAsync(mounted, pulls, observer, captureOutput, cancellation).ConfigureAwait(false);
            }
            catch (RunnerException e) when (e.Failure == RunnerFailure.MountUnseen && mounted.MayBeCopied(e.Message))
            {
                // Found out for nothing, and once in a build: nothing has run yet.
                transfers.Remember(options);
            }
        }

        var copied = await PlannedStep.ForAsync(options, host, cancellation, copies: true).ConfigureAwait(false);
        return await RunCopiedAsync(copied, pulls, transfers, observer, captureOutput, cancellation).ConfigureAwait(false);
    }

    private static async Task<RunResult> RunMountedAsync(PlannedStep step, ImagePulls pulls, RunObserver observer, bool captureOutput, CancellationToken cancellation)
    {
        using var reaper = new Reaper(step.Engine, step.Secrets is not null);
        using var files = step.WriteFiles(reaper.Folder, readsOutput: true);
        return await RunWithImageAsync(step, reaper, pulls, observer, planned => RunOnceAsync(planned, reaper, files, copied: null, observer, captureOutput, cancellation), cancellation).ConfigureAwait(false);
    }

    private static async Task<RunResult> RunCopiedAsync(PlannedStep step, ImagePulls pulls, Transfers transfers, RunObserver observer, bool captureOutput, CancellationToken cancellation)
    {
        using var reaper = new Reaper(step.Engine, step.Secrets is not null);
        using var files = step.WriteFiles(reaper.Folder, readsOutput: true);
        var shipment = new Shipment(step, files, transfers, observer);
        await using (shipment.ConfigureAwait(false))
        {
            return await RunWithImageAsync(step, reaper, pulls, observer, planned => RunShippedAsync(planned, reaper, files, shipment, observer, captureOutput, cancellation), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a step, and mends what the engine refuses it for as far as that can be.</summary>
    private static async Task<RunResult> RunWithImageAsync(PlannedStep step, Reaper reaper, ImagePulls pulls, RunObserver observer, Func<PlannedStep, Task<RunResult>> run, CancellationToken cancellation)
    {
        if (step.Engine.Forwarded is { Remark: { Length: > 0 } remark })
        {
            observer.Detail(remark);
        }

        var options = step.Options;
        var mayPull = options.Pull == PullPolicy.Missing;
        if (options.Pull == PullPolicy.Always)
        {
            await pulls.PullAsync(step.Engine, options, before: null, observer, reaper, cancellation).ConfigureAwait(false);
        }

        while (true)
        {
            var before = pulls.Find(step.Engine, options);
            try
            {
                return await run(step).ConfigureAwait(false);
            }
            catch (RunnerException e) when (e.Failure == RunnerFailure.ImageAbsent && mayPull)
            {
                // Run first and pull after a refusal: an image that is there costs no process of its own.
                mayPull = false;
                await pulls.PullAsync(step.Engine, options, before, observer, reaper, cancellation).ConfigureAwait(false);
            }
            catch (RunnerException e) when (e.Failure == RunnerFailure.NotRemoved)
            {
                reaper.TakeOver();
                throw;
            }
            catch (RunnerException e) when (reaper.Container.IdFile.Length > 0 && e.Message.Contains(reaper.Container.IdFile, StringComparison.Ordinal))
            {
                reaper.DoWithoutIdFile();
            }
            catch (RunnerException e) when (e.Failure == RunnerFailure.InitMissing && step.Options.Init)
            {
                observer.EngineRemark("The engine has no init program, so the step runs without one: a command that is stopped gets no SIGTERM before it is killed. Init=\"false\" saves the try.");
                step = step with { Options = step.Options with { Init = false } };
            }
        }
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

    private static async Task<RunResult> RunShippedAsync(PlannedStep step, Reaper reaper, RunFiles files, Shipment shipment, RunObserver observer, bool captureOutput, CancellationToken cancellation)
    {
        while (true)
        {
            var copied = await shipment.SendAsync(cancellation).ConfigureAwait(false);
            try
            {
                var result = await RunOnceAsync(step, reaper, files, copied, observer, captureOutput, cancellation).ConfigureAwait(false);
                await shipment.FetchAsync(cancellation).ConfigureAwait(false);
                return result with { PrepareFailed = shipment.PrepareFailed };
            }
            catch (TimeoutException)
            {
                await FetchAfterTimeoutAsync(shipment, observer, cancellation).ConfigureAwait(false);
                throw;
            }
            catch (RunnerException e) when (shipment.Lacks(e))
            {
                // As with an image: to ask for what the engine has kept would cost a process of its own.
                await shipment.SendMissingAsync(e, cancellation).ConfigureAwait(false);
            }
        }
    }

    // What the step has written so far is there where files are mounted, too.
    private static async Task FetchAfterTimeoutAsync(Shipment shipment, RunObserver observer, CancellationToken cancellation)
    {
        try
        {
            await shipment.FetchAsync(cancellation).ConfigureAwait(false);
        }
        catch (RunnerException e)
        {
            observer.EngineRemark($"What the step wrote before its Timeout did not come back: {e.Message}");
        }
    }

    private static async Task<RunResult> RunOnceAsync(
        PlannedStep step,
        Reaper reaper,
        RunFiles files,
        CopiedFiles? copied,
        RunObserver observer,
        bool captureOutput,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var container = reaper.Container;
        files.RemoveIdFile();
        var arguments = step.Arguments(container, files, step.ReadsInput, copied);
        observer.CommandLine(step.ShownCommandLine(container, files, step.ReadsInput, copied));
        observer.Starting(container.Name);

        using var sink = new OutputSink(observer, () => container.WasCreated != false, hasPipes: files.OutputFolder is not null);
        using var standardOutput = captureOutput ? new MemoryStream() : null;
        using var standardError = captureOutput ? new MemoryStream() : null;
        var keptOutput = standardOutput is null ? null : Stream.Synchronized(standardOutput);
        var keptError = standardError is null ? null : Stream.Synchronized(standardError);
        using var standardInput = step.OpenStandardInput();
        var streams = new EngineStreams(
            (stream, token) => Utf8Lines.ReadAsync(stream, step.Options.StdOutEncoding, step.Mask, sink.StandardOutput, sink.CaughtUp, keptOutput, token),
            (stream, token) => Utf8Lines.ReadAsync(stream, step.Options.StdErrEncoding, step.Mask, sink.StandardError, sink.CaughtUp, keptError, token),
            standardInput,
            step.Environment.ForClient,
            () => sink.HasStarted);

        var pipes = new OutputPipes(
            files.OutputFolder,
            streams.ReadStandardOutput,
            (stream, token) => Utf8Lines.ReadAsync(stream, step.Options.StdErrEncoding, step.Mask, sink.CommandError, sink.CaughtUp, keptError, token),
            sink.Connected,
            sink.Fail);
        await using var reading = pipes.ConfigureAwait(false);

        var watch = new Stopwatch();
        var end = await RunWatchedAsync().ConfigureAwait(false);
        await ContainerRun.ThrowIfEngineLostAsync(step.Engine, container, end.ExitCode, sink.LastErrorLine, watch.Elapsed, cancellation).ConfigureAwait(false);
        await pipes.EndAsync(cancellation).ConfigureAwait(false);
        await ContainerRun.ThrowIfNotStartedAsync(step.Engine, container, step.Program, end, sink.TakeReport(), watch.Elapsed, cancellation).ConfigureAwait(false);
        sink.DeliverHeld();
        return new RunResult
        {
            ExitCode = end.ExitCode,
            Duration = watch.Elapsed,
            ContainerName = container.Name,
            PrepareFailed = files.PrepareFailed,
            OutOfMemory = MayBeOutOfMemory(step.Options, end.ExitCode) && await EngineEvents.WasOutOfMemoryAsync(step.Engine, container, watch.Elapsed, cancellation).ConfigureAwait(false),
            StandardOutput = standardOutput?.ReadText(),
            StandardError = standardError?.ReadText(),
        };

        async Task<ClientEnd> RunWatchedAsync()
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, sink.Failed);
            try
            {
                return await ContainerRun.RunAsync(step.Engine, reaper, arguments, streams, watch, TimeLimits.Of(step.Options), stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                sink.ThrowIfFailed();
                throw;
            }
        }
    }

    // The question costs 20 ms, so it is asked only where the answer may be yes. "-m" is in "--memory" too.
    private static bool MayBeOutOfMemory(StepOptions options, int exitCode) =>
        exitCode == Killed || options.Memory.Length > 0 || options.DockerRunOpts.Contains("-m", StringComparison.Ordinal);
}
