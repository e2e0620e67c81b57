using System.Diagnostics;
using System.IO.Pipes;
using System.Text;

namespace RestrictedRunner;

/// <summary>A command that runs in a container while its caller writes and reads its streams.</summary>
public sealed class InteractiveContainer : IAsyncDisposable
{
    // Of standard error, what is kept to tell why a command did not start, and whether it was prepared.
    private const int HeadSize = 16 * 1024;
    private const int TailSize = 1024;

    private readonly Pipe _input = new();
    private readonly Pipe _output = new();
    private readonly Pipe _error = new();
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _closing;
    private bool _disposed;

    internal InteractiveContainer(PreparedStep step, RunObserver observer, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

        // A write that nobody reads would hold up the client, and the client its container's removal.
        _closing = _stop.Token.Register(() =>
        {
            _output.Reader.Dispose();
            _error.Reader.Dispose();
        });
        Completion = RunAsync(step, observer);
    }

    /// <summary>The command's standard input; disposing of it is the end of the input.</summary>
    public Stream StandardInput => _input.Writer;

    /// <summary>The command's standard output. It must be read: a full pipe stops the command.</summary>
    public Stream StandardOutput => _output.Reader;

    /// <summary>The command's standard error. It must be read: a full pipe stops the command.</summary>
    public Stream StandardError => _error.Reader;

    /// <summary>
    /// How the command ended. Fails with <see cref="RunnerException"/> when it did not start and with
    /// <see cref="OperationCanceledException"/> when it was cancelled or disposed of before its end.
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
        await _closing.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        _input.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    private async Task<RunResult> RunAsync(PreparedStep step, RunObserver observer)
    {
        using var files = step.WriteFiles();
        var container = Container.New();
        var arguments = step.Arguments(container, files, interactive: true);
        observer.CommandLine([step.Engine.ClientPath, .. arguments]);

        using var head = new MemoryStream();
        var tail = Array.Empty<byte>();
        var streams = new EngineStreams(
            (stream, token) => CopyAsync(stream, _output.Writer, _ => { }, token),
            (stream, token) => CopyAsync(
                stream,
                _error.Writer,
                bytes =>
                {
                    head.Write(bytes, 0, (int)Math.Min(bytes.Length, HeadSize - head.Length));
                    tail = [.. tail, .. bytes];
                    tail = tail[Math.Max(0, tail.Length - TailSize)..];
                },
                token),
            _input.Reader,
            step.Environment.ForClient);
        var watch = Stopwatch.StartNew();
        var exitCode = await ContainerRun.WaitAsync(step.Engine, container, arguments, streams, _stop.Token).ConfigureAwait(false);

        var text = head.ReadText();
        if (EngineMessages.MayBeTheEngines(exitCode)
            && EngineMessages.StartsFailure(text)
            && !await EngineEvents.WasStartedAsync(step.Engine, container, watch.Elapsed).ConfigureAwait(false))
        {
            throw new RunnerException(EngineMessages.WhyNotStarted(exitCode, text), EngineMessages.Report(text.Split('\n')));
        }

        var prepareFailed = step.Plan.PrepareFailedMark is { } mark && Encoding.UTF8.GetString(tail).Contains(mark, StringComparison.Ordinal);
        return new RunResult(exitCode, watch.Elapsed, container.Name, prepareFailed, null, null);
    }

    private static async Task CopyAsync(Stream source, Stream target, Action<byte[]> onBytes, CancellationToken cancellation)
    {
        await using (target.ConfigureAwait(false))
        {
            var buffer = new byte[HeadSize];
            int read;
            while ((read = await source.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                onBytes(buffer[..read]);
                try
                {
                    await target.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                }
                catch (IOException)
                {
                    // The caller has closed the stream: the rest is read for the client's sake only.
                    await source.CopyToAsync(Stream.Null, cancellation).ConfigureAwait(false);
                    return;
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
