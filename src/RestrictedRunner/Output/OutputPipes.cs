using System.Diagnostics.CodeAnalysis;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Output;

/// <summary>
/// Two named pipes by which a command's output comes straight from its container. Through the engine and its client a
/// gigabyte takes docker 20.10 16 s, and a processor.
/// </summary>
internal sealed class OutputPipes : IAsyncDisposable
{
    /// <summary>Folder of the pipes inside the container. At the root, as the script.</summary>
    public const string MountPoint = "/.restricted-runner.output";

    /// <summary>The script that runs a command with its output connected to the pipes.</summary>
    public const string ConnectPath = $"{MountPoint}/{ConnectScript}";

    /// <summary>Name of the pipe for standard output.</summary>
    public const string StandardOutput = "stdout";

    /// <summary>Name of the pipe for standard error.</summary>
    public const string StandardError = "stderr";

    private const string ConnectScript = "connect.sh";
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    // All is written when a container is gone, and read soon after.
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly NamedPipe? _standardOutput;
    private readonly NamedPipe? _standardError;
    private readonly Action<Exception> _onFailure;
    private readonly Task _reading;

    /// <summary>Starts to read.</summary>
    /// <param name="folder">Folder that <see cref="TryMake"/> has filled, or null when there is nothing to read.</param>
    /// <param name="readStandardOutput">Reads standard output to its end.</param>
    /// <param name="readStandardError">Reads standard error to its end.</param>
    /// <param name="onConnected">Called before anything is read: the container was started, and its output comes here.</param>
    /// <param name="onFailure">Hears of what one of the two has thrown.</param>
    public OutputPipes(string? folder, Func<Stream, CancellationToken, Task> readStandardOutput, Func<Stream, CancellationToken, Task> readStandardError, Action onConnected, Action<Exception> onFailure)
    {
        _onFailure = onFailure;
        if (folder is null)
        {
            _reading = Task.CompletedTask;
            return;
        }

        _standardOutput = new(Path.Combine(folder, StandardOutput));
        _standardError = new(Path.Combine(folder, StandardError));

        // On other threads, because what reads is first made ready, which takes as long as to start a client.
        _reading = Task.WhenAll(Task.Run(() => ReadAsync(_standardOutput, ReadConnectedAsync)), Task.Run(() => ReadAsync(_standardError, readStandardError)));

        async Task ReadConnectedAsync(Stream stream, CancellationToken token)
        {
            if (await stream.ReadAsync(new byte[1], token).ConfigureAwait(false) > 0)
            {
                onConnected();
                await readStandardOutput(stream, token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Names of the files in the folder.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [StandardOutput, StandardError, ConnectScript];

    /// <summary>Fills a folder that is there, for a container of this machine.</summary>
    /// <param name="host">The machine. Only one with Linux has a kernel that containers share.</param>
    /// <param name="folder">Full path.</param>
    /// <returns>False where the output has to come through the client.</returns>
    /// <exception cref="IOException">The disk is full.</exception>
    public static bool TryMake(Host host, string folder)
    {
        if (host.Kind != HostKind.Linux || !File.Exists(BootIdPath)
            || !NamedPipe.TryMake(Path.Combine(folder, StandardOutput)) || !NamedPipe.TryMake(Path.Combine(folder, StandardError)))
        {
            return false;
        }

        var connect = Path.Combine(folder, ConnectScript);
        File.WriteAllText(connect, Connect(File.ReadAllText(BootIdPath).Trim()));

        // Whoever the container runs as reads it, whatever the process's umask is.
        UnixMode.Set(connect, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return true;
    }

    /// <summary>Waits until all is read that a command which has ended wrote.</summary>
    public Task EndAsync(CancellationToken cancellation)
    {
        EndWriting();
        return _reading.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        EndWriting();
        await Task.WhenAny(_reading, Task.Delay(LongestRest)).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _standardOutput?.Dispose();
        _standardError?.Dispose();
        _stop.Dispose();
    }

    // A pipe leads to its reader only within one kernel: in a virtual machine, such as Docker Desktop's, a write would
    // wait for ever. Tried in a process of its own first, because a failed "exec" ends the shell: SELinux may keep a
    // container from files of the host. An empty line tells that the pipes are connected, before the command writes any.
    // Shells count themselves in SHLVL, and the command's is not the second.
    private static string Connect(string bootId) =>
        $"""
        (read -r boot <{BootIdPath} && [ "$boot" = {bootId} ] && : >{MountPoint}/{StandardOutput} >{MountPoint}/{StandardError}) 2>/dev/null &&
            exec >{MountPoint}/{StandardOutput} 2>{MountPoint}/{StandardError} && echo
        unset SHLVL
        exec "$@"

        """;

    private void EndWriting()
    {
        _standardOutput?.EndWriting();
        _standardError?.EndWriting();
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Handed on, to whoever waits for the command and not for its output.")]
    private async Task ReadAsync(NamedPipe pipe, Func<Stream, CancellationToken, Task> read)
    {
        try
        {
            await read(pipe.Reader, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Somebody still holds the pipe open, though the container is gone.
        }
        catch (Exception e)
        {
            _onFailure(e);
        }
    }
}
