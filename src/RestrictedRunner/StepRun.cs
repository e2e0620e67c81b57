using System.Diagnostics;
using RestrictedRunner.Commands;
using RestrictedRunner.Engine;
using RestrictedRunner.Images;
using RestrictedRunner.Output;
using RestrictedRunner.Planning;
using RestrictedRunner.Transfer;

namespace RestrictedRunner;

/// <summary>One step that runs in a container of its own: with its files mounted, or copied; again where the engine refuses what can be mended; and gone when it is disposed of.</summary>
internal sealed class StepRun : IDisposable
{
    // 128 + SIGKILL, which is what the kernel sends.
    private const int Killed = 137;

    private readonly PlannedStep _step;
    private readonly ImagePulls _pulls;
    private readonly RunObserver _observer;
    private readonly bool _captureOutput;
    private readonly CancellationToken _cancellation;
    private readonly Reaper _reaper;
    private readonly RunFiles _files;

    /// <summary>A step that does not run yet.</summary>
    /// <param name="step">The step.</param>
    /// <param name="pulls">What the build has pulled.</param>
    /// <param name="observer">Sees lines as they come.</param>
    /// <param name="captureOutput">Keeps all output for the result, in memory.</param>
    /// <param name="cancellation">Stops and removes the container.</param>
    public StepRun(PlannedStep step, ImagePulls pulls, RunObserver observer, bool captureOutput, CancellationToken cancellation)
    {
        (_step, _pulls, _observer, _captureOutput, _cancellation) = (step, pulls, observer, captureOutput, cancellation);
        _reaper = new(step.Engine, step.Secrets is not null);
        try
        {
            _files = step.WriteFiles(_reaper.Folder, readsOutput: true);
        }
        catch
        {
            _reaper.Dispose();
            throw;
        }
    }

    /// <summary>Runs it where the engine sees its files.</summary>
    /// <exception cref="RunnerException">The command was not run to its end.</exception>
    /// <exception cref="TimeoutException">The step's time ran out.</exception>
    public Task<RunResult> RunMountedAsync() => RunWithImageAsync(step => RunOnceAsync(step, copied: null));

    /// <summary>Runs it on copies of its files.</summary>
    /// <param name="transfers">What the build knows of engines.</param>
    /// <inheritdoc cref="RunMountedAsync"/>
    public async Task<RunResult> RunCopiedAsync(Transfers transfers)
    {
        var shipment = new Shipment(_step, _files, transfers, _observer);
        await using (shipment.ConfigureAwait(false))
        {
            return await RunWithImageAsync(step => RunShippedAsync(step, shipment)).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _files.Dispose();
        _reaper.Dispose();
    }

    /// <summary>Runs a step, and mends what the engine refuses it for as far as that can be.</summary>
    private async Task<RunResult> RunWithImageAsync(Func<PlannedStep, Task<RunResult>> run)
    {
        var step = _step;
        if (step.Engine.Forwarded is { Remark: { Length: > 0 } remark })
        {
            _observer.Detail(remark);
        }

        var options = step.Options;
        var mayPull = options.Pull == PullPolicy.Missing;
        if (options.Pull == PullPolicy.Always)
        {
            await _pulls.PullAsync(step.Engine, options, before: null, _observer, _reaper, _cancellation).ConfigureAwait(false);
        }

        while (true)
        {
            var before = _pulls.Find(step.Engine, options);
            try
            {
                return await run(step).ConfigureAwait(false);
            }
            catch (RunnerException e) when (e.Failure == RunnerFailure.ImageAbsent && mayPull)
            {
                // Run first and pull after a refusal: an image that is there costs no process of its own.
                mayPull = false;
                await _pulls.PullAsync(step.Engine, options, before, _observer, _reaper, _cancellation).ConfigureAwait(false);
            }
            catch (RunnerException e) when (e.Failure == RunnerFailure.NotRemoved)
            {
                _reaper.TakeOver();
                throw;
            }
            catch (RunnerException e) when (_reaper.Container.IdFile.Length > 0 && e.Message.Contains(_reaper.Container.IdFile, StringComparison.Ordinal))
            {
                _reaper.DoWithoutIdFile();
            }
            catch (RunnerException e) when (e.Failure == RunnerFailure.InitMissing && step.Options.Init)
            {
                _observer.EngineRemark("The engine has no init program, so the step runs without one: a command that is stopped gets no SIGTERM before it is killed. Init=\"false\" saves the try.");
                step = step with { Options = step.Options with { Init = false } };
            }
        }
    }

    private async Task<RunResult> RunShippedAsync(PlannedStep step, Shipment shipment)
    {
        while (true)
        {
            var copied = await shipment.SendAsync(_cancellation).ConfigureAwait(false);
            try
            {
                var result = await RunOnceAsync(step, copied).ConfigureAwait(false);
                await shipment.FetchAsync(_cancellation).ConfigureAwait(false);
                return result with { PrepareFailed = shipment.PrepareFailed };
            }
            catch (TimeoutException)
            {
                await FetchAfterTimeoutAsync(shipment).ConfigureAwait(false);
                throw;
            }
            catch (RunnerException e) when (shipment.Lacks(e))
            {
                // As with an image: to ask for what the engine has kept would cost a process of its own.
                await shipment.SendMissingAsync(e, _cancellation).ConfigureAwait(false);
            }
        }
    }

    // What the step has written so far is there where _files are mounted, too.
    private async Task FetchAfterTimeoutAsync(Shipment shipment)
    {
        try
        {
            await shipment.FetchAsync(_cancellation).ConfigureAwait(false);
        }
        catch (RunnerException e)
        {
            _observer.EngineRemark($"What the step wrote before its Timeout did not come back: {e.Message}");
        }
    }

    private async Task<RunResult> RunOnceAsync(PlannedStep step, CopiedFiles? copied)
    {
        _cancellation.ThrowIfCancellationRequested();
        var container = _reaper.Container;
        _files.RemoveIdFile();
        var arguments = step.Arguments(container, _files, step.ReadsInput, copied);
        _observer.CommandLine(step.ShownCommandLine(container, _files, step.ReadsInput, copied));
        _observer.Starting(container.Name);

        using var sink = new OutputSink(_observer, () => container.WasCreated != false, hasPipes: _files.OutputFolder is not null);
        using var standardOutput = _captureOutput ? new MemoryStream() : null;
        using var standardError = _captureOutput ? new MemoryStream() : null;
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
            _files.OutputFolder,
            streams.ReadStandardOutput,
            (stream, token) => Utf8Lines.ReadAsync(stream, step.Options.StdErrEncoding, step.Mask, sink.CommandError, sink.CaughtUp, keptError, token),
            sink.Connected,
            sink.Fail);
        await using var reading = pipes.ConfigureAwait(false);

        var watch = new Stopwatch();
        var end = await RunWatchedAsync().ConfigureAwait(false);
        await ContainerRun.ThrowIfEngineLostAsync(step.Engine, container, end.ExitCode, sink.LastErrorLine, watch.Elapsed, _cancellation).ConfigureAwait(false);
        await pipes.EndAsync(_cancellation).ConfigureAwait(false);
        await ContainerRun.ThrowIfNotStartedAsync(step.Engine, container, step.Program, end, sink.TakeReport(), watch.Elapsed, _cancellation).ConfigureAwait(false);
        sink.DeliverHeld();
        return new RunResult
        {
            ExitCode = end.ExitCode,
            Duration = watch.Elapsed,
            ContainerName = container.Name,
            PrepareFailed = _files.PrepareFailed,
            OutOfMemory = MayBeOutOfMemory(step.Options, end.ExitCode) && await EngineEvents.WasOutOfMemoryAsync(step.Engine, container, watch.Elapsed, _cancellation).ConfigureAwait(false),
            StandardOutput = standardOutput?.ReadText(),
            StandardError = standardError?.ReadText(),
        };

        async Task<ClientEnd> RunWatchedAsync()
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(_cancellation, sink.Failed);
            try
            {
                return await ContainerRun.RunAsync(step.Engine, _reaper, arguments, streams, watch, TimeLimits.Of(step.Options), stop.Token).ConfigureAwait(false);
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
