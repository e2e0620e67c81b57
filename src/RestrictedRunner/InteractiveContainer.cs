using System.Diagnostics;
using System.IO.Pipes;
using RestrictedRunner.Commands;
using RestrictedRunner.Engine;
using RestrictedRunner.Output;
using RestrictedRunner.Planning;
using RestrictedRunner.Results;

namespace RestrictedRunner;

/// <summary>A command that runs in a container while its caller writes and reads its streams.</summary>
public sealed class InteractiveContainer : IAsyncDisposable
{
    private readonly Pipe _input = new();
    private readonly Pipe _output = new();
    private readonly Pipe _error = new();
    private readonly CancellationTokenSource _stop;
    private bool _disposed;

    internal InteractiveContainer(PlannedStep step, Reaper reaper, RunFiles files, RunObserver observer, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Completion = RunAsync(step, reaper, files, observer);
    }

    /// <summary>The command's standard input; disposing of it is the end of the input.</summary>
    public Stream StandardInput => _input.Writer;

    /// <summary>The command's standard output. It must be read: a full pipe stops the command.</summary>
    public Stream StandardOutput => _output.Reader;

    /// <summary>The command's standard error. It must be read: a full pipe stops the command.</summary>
    public Stream StandardError => _error.Reader;

    /// <summary>
    /// How the command ended. Fails with <see cref="RunnerException"/> when it did not start and with
    /// <see cref="OperationCanceledException"/> when it was cancelled or disposed of before its end, and with
    /// <see cref="TimeoutException"/> when its time ran out.
    /// </summary>
    public Task<RunResult> Completion { get; }

    /// <summary>Stops and removes the container if it still runs, and closes the streams.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        await ((Task)Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _input.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    private async Task<RunResult> RunAsync(PlannedStep step, Reaper reaper, RunFiles runFiles, RunObserver observer)
    {
        // A client that is never started never closes them, and their reader would wait for ever.
        await using var output = _output.Writer.ConfigureAwait(false);
        await using var error = _error.Writer.ConfigureAwait(false);

        using var watching = reaper;
        using var files = runFiles;
        var container = reaper.Container;
        var arguments = step.Arguments(container, files, interactive: true);
        observer.CommandLine(step.ShownCommandLine(container, files, interactive: true));

        var outputStart = new StreamStart();
        var errorStart = new StreamStart();
        var streams = new EngineStreams(
            (stream, token) => CopyAsync(stream, _output.Writer, outputStart, token),
            (stream, token) => CopyAsync(stream, _error.Writer, errorStart, token),
            _input.Reader,
            step.Environment.ForClient,
            IsHeard,
            CloseReaders);
        var watch = new Stopwatch();
        ClientEnd end;
        try
        {
            end = await ContainerRun.RunAsync(step.Engine, reaper, arguments, streams, watch, TimeLimits.Of(step.Options), _stop.Token).ConfigureAwait(false);
        }
        catch (RunnerException e) when (e.Failure == RunnerFailure.NotRemoved)
        {
            reaper.TakeOver();
            throw;
        }

        var report = IsHeard() ? null : EngineMessages.Report(errorStart.Text.Split('\n'));
        await ContainerRun.ThrowIfNotStartedAsync(step.Engine, container, step.Program, end, report, watch.Elapsed, _stop.Token).ConfigureAwait(false);

        return new RunResult
        {
            ExitCode = end.ExitCode,
            Duration = watch.Elapsed,
            ContainerName = container.Name,
            PrepareFailed = files.PrepareFailed,
        };

        // A client writes nothing to standard output.
        bool IsHeard() => outputStart.Text.Length > 0;
    }

    // A write that nobody reads would hold up the client, and the client its container's removal.
    private void CloseReaders()
    {
        _output.Reader.Dispose();
        _error.Reader.Dispose();
    }

    private static async Task CopyAsync(Stream source, Stream target, StreamStart start, CancellationToken cancellation)
    {
        await using (target.ConfigureAwait(false))
        {
            var buffer = new byte[16 * 1024];
            var isRead = true;
            int read;
            while ((read = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                start.Add(buffer.AsSpan(0, read));
                try
                {
                    if (isRead)
                    {
                        await target.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                    }
                }
                catch (IOException)
                {
                    // The caller has closed the stream: the rest is read for the client's sake only.
                    isRead = false;
                }
            }
        }
    }

    // The system's own pipe: a writer waits for its reader, and closing the writer is the reader's end.
    private sealed class Pipe : IDisposable
    {
        public Pipe()
        {
            Writer = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
            Reader = new AnonymousPipeClientStream(PipeDirection.In, Writer.ClientSafePipeHandle);
        }

        public AnonymousPipeServerStream Writer { get; }

        public AnonymousPipeClientStream Reader { get; }

        public void Dispose()
        {
            Reader.Dispose();
            Writer.Dispose();
        }
    }
}
