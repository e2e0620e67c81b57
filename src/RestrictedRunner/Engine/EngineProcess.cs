using System.ComponentModel;
using System.Diagnostics;
using CliWrap;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Engine;

/// <summary>
/// Runs the engine's client. The only file that knows CliWrap.
/// </summary>
/// <param name="Host">The machine that it runs on.</param>
/// <param name="ClientPath">Absolute path of the client.</param>
/// <param name="Directory">Folder that the client runs in, or empty for this process's own.</param>
internal sealed record EngineProcess(Host Host, string ClientPath, string Directory)
{
    /// <summary>Words after the client's name by which a user says which engine is meant; none for the one that the client chooses itself.</summary>
    public IReadOnlyList<string> EngineWords { get; init; } = [];

    /// <summary>How an engine is reached that is behind ssh; null for another one.</summary>
    public ForwardedSocket? Forwarded { get; init; }

    /// <summary>Words by which this process says which engine is meant.</summary>
    public IReadOnlyList<string> CallWords => Forwarded?.Path is { } socket ? ["--host", $"unix://{socket}"] : EngineWords;

    /// <summary>Names of environment variables of this process that hold secrets: no process that is started sees them.</summary>
    public IReadOnlyList<string> Withheld { get; init; } = [];

    // An engine that hangs must not hang the build.
    private static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(10);

    private static readonly Dictionary<string, string?> NoVariables = [];

    private static readonly PipeSource HeldOpen = PipeSource.Create(static (_, ended) => Task.Delay(Timeout.Infinite, ended));

    /// <summary>
    /// False for podman, which does an engine's work itself and, killed over it, leaves half of it. What docker's client
    /// has asked for the engine finishes, and what that leaves can be removed.
    /// </summary>
    public bool MayBeKilled => !EngineFacts.IsPodmanClient(ClientPath);

    /// <summary>The client of a step.</summary>
    /// <exception cref="RunnerException">There is none, or it does not know the context.</exception>
    public static EngineProcess For(StepOptions options, Host host)
    {
        var client = EngineLocator.Find(options.Engine, host);
        return new(host, client, options.ClientDirectory)
        {
            EngineWords = EngineContext.Words(options.Context, client, host),
            Forwarded = host.Forward(client, options.Context),
            Withheld = [.. options.Withheld.Concat(options.Secrets.Select(secret => secret.Environment)).Where(name => name.Length > 0).Distinct()],
        };
    }

    /// <summary>The client's path and all words after it, as a user would write them.</summary>
    public IReadOnlyList<string> CommandLine(IReadOnlyList<string> arguments) => [ClientPath, .. EngineWords, .. arguments];

    /// <summary>Runs the client until it and its streams have ended.</summary>
    /// <param name="arguments">The arguments, one by one.</param>
    /// <param name="streams">What is read from and written to the process.</param>
    /// <param name="kill">Kills the client (not the container).</param>
    /// <returns>The client's exit code; 128 + the signal's number when a signal ended it.</returns>
    /// <exception cref="OperationCanceledException">After a kill.</exception>
    /// <exception cref="RunnerException">When the system does not start the client.</exception>
    public Task<int> RunAsync(IReadOnlyList<string> arguments, EngineStreams streams, CancellationToken kill) =>
        RunAsync(
            [.. OwnSession.Words(Host), ClientPath, .. CallWords, .. arguments],
            streams.Write is { } write ? PipeSource.Create(write) : streams.StandardInput is null ? PipeSource.Null : PipeSource.FromStream(streams.StandardInput, autoFlush: true),
            streams,
            kill);

    /// <summary>Runs the client with the terminal of this process, and waits for its end.</summary>
    /// <param name="arguments">The arguments, one by one.</param>
    /// <returns>The client's exit code; 128 + the signal's number when a signal ended it.</returns>
    /// <exception cref="RunnerException">When the system does not start the client.</exception>
    public int RunOnTerminal(IReadOnlyList<string> arguments)
    {
        // Not by CliWrap, which has pipes in the place of the terminal.
        try
        {
            var start = new ProcessStartInfo(ClientPath, CallWords.Concat(arguments)) { UseShellExecute = false, WorkingDirectory = Directory };
            Withheld.ToList().ForEach(name => start.Environment.Remove(name));
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception e)
        {
            throw NotStarted(e);
        }
    }

    /// <summary>Runs a short command of the client, such as <c>rm</c>, for what it prints.</summary>
    /// <returns>Null when there is no answer within ten seconds, or when it is no longer wanted.</returns>
    public Task<EngineAnswer?> AskAsync(IReadOnlyList<string> arguments, CancellationToken cancellation = default) => AskAsync(arguments, AskLimit, cancellation);

    /// <summary>The same for an answer that may take longer, such as that of a registry.</summary>
    /// <returns>Null when there is no answer within the time, or when it is no longer wanted.</returns>
    public async Task<EngineAnswer?> AskAsync(IReadOnlyList<string> arguments, TimeSpan longest, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(longest);
        using var standardOutput = new MemoryStream();
        using var standardError = new MemoryStream();
        try
        {
            var exitCode = await RunAsync(
                [.. OwnSession.Words(Host), .. Lifeline.Words(Host), ClientPath, .. CallWords, .. arguments],
                HeldOpen,
                new EngineStreams(standardOutput.CopyFromAsync, standardError.CopyFromAsync),
                limit.Token).ConfigureAwait(false);
            return new(exitCode, standardOutput.ReadText(), standardError.ReadText());
        }
        catch (Exception e) when (e is OperationCanceledException or RunnerException)
        {
            return null;
        }
    }

    // A variable that a step is given by the same name has another value.
    private IReadOnlyDictionary<string, string?> Variables(IReadOnlyDictionary<string, string?> given) =>
        Withheld.Count == 0 ? given : new Dictionary<string, string?>(Withheld.Distinct().Where(name => !given.ContainsKey(name)).Select(name => KeyValuePair.Create<string, string?>(name, null)).Concat(given));

    private async Task<int> RunAsync(IReadOnlyList<string> words, PipeSource standardInput, EngineStreams streams, CancellationToken kill)
    {
        var command = Cli.Wrap(words[0])
            .WithArguments(words.Skip(1))
            .WithWorkingDirectory(Directory)
            .WithEnvironmentVariables(Variables(streams.Environment ?? NoVariables))
            .WithStandardInputPipe(standardInput)
            .WithStandardOutputPipe(PipeTarget.Create(streams.ReadStandardOutput))
            .WithStandardErrorPipe(PipeTarget.Create(streams.ReadStandardError))
            .WithValidation(CommandResultValidation.None);
        try
        {
            return (await command.ExecuteAsync(kill)).ExitCode;
        }
        catch (Win32Exception e)
        {
            throw NotStarted(e);
        }
    }

    // The program is no program of this machine, or the arguments are longer than the system takes.
    private RunnerException NotStarted(Win32Exception e) => new(RunnerFailure.CouldNotStart, $"{ClientPath}: {(e.InnerException ?? e).Message}", e);
}

/// <summary>What a short command of the client said.</summary>
internal sealed record EngineAnswer(int ExitCode, string StandardOutput, string StandardError);
