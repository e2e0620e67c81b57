using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipes;
using System.Text.Json;
using CliWrap;
using RestrictedRunner.BuildHost;

namespace RestrictedRunner.PackageTests;

/// <summary>
/// A process of MSBuild that builds again and again: most tests are about what a build does, and not about the process
/// that it is done in, whose start takes ten times as long. One build at a time; those that run at once have one each.
/// </summary>
internal sealed class WarmProcess : IAsyncDisposable
{
    private static readonly ConcurrentStack<WarmProcess> Idle = [];

    private readonly CancellationTokenSource _kill = new();
    private readonly NamedPipeServerStream _pipe;
    private readonly CommandTask<CommandResult> _process;
    private Action<string> _onLine = static _ => { };
    private TaskCompletionSource<int> _build = new();

    private WarmProcess(string sdk)
    {
        var pipe = Path.Combine(TestRun.Folder, Path.GetRandomFileName());
        _pipe = new(pipe, PipeDirection.Out);
        var dotnet = Path.GetFullPath(Path.Combine(sdk, "..", "..", "dotnet"));
        var target = PipeTarget.ToDelegate(Hear);
        _process = Cli.Wrap(dotnet)
            .WithArguments([typeof(BuildRequest).Assembly.Location, sdk, dotnet, pipe])
            .WithEnvironmentVariables(DotNet.Changes(null))
            .WithStandardOutputPipe(target)
            .WithStandardErrorPipe(target)
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(_kill.Token);
    }

    private static Lazy<Task<string>> Sdk { get; } = new(FindSdkAsync);

    public int Id => _process.ProcessId;

    /// <summary>Starts one that no other test uses.</summary>
    public static async Task<WarmProcess> StartAsync() => new(await Sdk.Value);

    /// <summary>Builds in a process that is idle, or in a new one.</summary>
    public static async Task<(int ExitCode, int ProcessId)> BuildAsync(BuildRequest request, Action<string> onLine)
    {
#pragma warning disable CA2000 // It goes back to those that are idle, and is disposed of with them.
        if (!Idle.TryPop(out var process))
        {
            process = await StartAsync();
        }
#pragma warning restore CA2000

        var isIdle = false;
        try
        {
            var exitCode = await process.RunAsync(request, onLine);
            isIdle = true;
            return (exitCode, process.Id);
        }
        finally
        {
            if (isIdle)
            {
                Idle.Push(process);
            }
            else
            {
                await process.DisposeAsync();
            }
        }
    }

    /// <summary>Ends those that are idle: all, once no build runs.</summary>
    public static async Task EndAsync()
    {
        while (Idle.TryPop(out var process))
        {
            await process.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_pipe.IsConnected)
        {
            // It would wait for that.
            await _kill.CancelAsync();
        }

        await _pipe.DisposeAsync();
        await ((Task)_process).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
        _kill.Dispose();
    }

    /// <summary>Builds, and returns the exit code.</summary>
    public async Task<int> RunAsync(BuildRequest request, Action<string> onLine)
    {
        _onLine = onLine;
        _build = new(TaskCreationOptions.RunContinuationsAsynchronously);
        // A process that is killed is not used again.
        await using var _ = TestContext.Current.CancellationToken.Register(_kill.Cancel);
        if (!_pipe.IsConnected)
        {
            await Task.WhenAny(_pipe.WaitForConnectionAsync(_kill.Token), _process);
        }

        await JsonSerializer.SerializeAsync(_pipe, request, cancellationToken: _kill.Token);
        _pipe.WriteByte((byte)'\n');
        await Task.WhenAny(_build.Task, _process);
        Assert.True(_build.Task.IsCompleted, "the process ended in the middle of a build");
        return await _build.Task;
    }

    private void Hear(string line)
    {
        if (line.StartsWith(BuildRequest.End))
        {
            _build.SetResult(int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture));
        }
        else
        {
            _onLine(line);
        }
    }

    // The one that "dotnet build" takes.
    private static async Task<string> FindSdkAsync()
    {
        var version = (await DotNet.RunAsync(TestRun.Folder, "--version")).Succeeded().Console.Split('\n')[1];
        var installed = (await DotNet.RunAsync(TestRun.Folder, "--list-sdks")).Succeeded().Console.Split('\n');
        var folder = installed.Single(line => line.StartsWith($"{version} [", StringComparison.Ordinal)).Split('[', ']')[1];
        return Path.Combine(folder, version);
    }
}
