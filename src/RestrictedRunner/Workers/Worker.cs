using System.Diagnostics;
using System.Globalization;
using System.Text;
using RestrictedRunner.Commands;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Output;
using RestrictedRunner.Planning;

namespace RestrictedRunner.Workers;

/// <summary>
/// A container that runs one step after the other, and shows after each that it is as it was before. One that is not is used
/// no more. <c>start.sh</c> and <c>worker.sh</c> are the container's side.
/// </summary>
internal sealed class Worker : IAsyncDisposable
{
    private const string Sent = "sent";

    // An engine removes the container of a program that has ended in a tenth of a second.
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);

    private readonly EngineProcess _engine;
    private readonly WorkerFiles _files;
    private readonly InteractiveContainer _container;
    private readonly StreamReader _answers;
    private readonly Task _remarks;
    private long? _kills;
    private int _turn;

    private Worker(PlannedStep container, Reaper reaper, RunFiles run, WorkerFiles files)
    {
        (_engine, _files, Name) = (container.Engine, files, reaper.Container.Name);
        CommandLine = container.ShownCommandLine(reaper.Container, run, interactive: true);
        _container = new(container, reaper, run, new RunObserver(), CancellationToken.None);
        _answers = new StreamReader(_container.StandardOutput);

        // A shell tells there of commands that a signal has ended, and a full pipe would stop it.
        _remarks = _container.StandardError.CopyToAsync(Stream.Null);
    }

    /// <summary>Name of the container.</summary>
    public string Name { get; }

    /// <summary>The words of the client that runs the container.</summary>
    public IReadOnlyList<string> CommandLine { get; }

    /// <summary>Why the container cannot be used again, as the end of a sentence; null while it can.</summary>
    public string? WhyNotAgain { get; private set; }

    /// <summary>Starts a container.</summary>
    /// <param name="options">A step's options for which <see cref="SharedOptions.WhyNot"/> has no objection.</param>
    /// <param name="project">What shows all steps of the container their files.</param>
    /// <param name="host">The machine.</param>
    /// <param name="cancellation">Stops and removes the container.</param>
    /// <exception cref="WorkerLostException">Steps of these options cannot share a container.</exception>
    /// <exception cref="RunnerException">The container cannot be had.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the container is gone.</exception>
    public static async Task<Worker> StartAsync(StepOptions options, Mount project, Host host, CancellationToken cancellation)
    {
        var step = await PlannedStep.ForAsync(options, host, cancellation).ConfigureAwait(false);
        var reaper = new Reaper(step.Engine);
        Worker worker;
        try
        {
            var run = new RunFiles(host, reaper.Folder, script: "", environment: null, step.Plan.HasPrepare, hasPipes: true);
            var files = new WorkerFiles(run);
            files.Create();
            var shared = SharedOptions.Of(options) with { Mounts = [project, files.Mount] };
            var container = step with
            {
                Options = shared,
                Plan = new(["sh", WorkerFiles.Start, LinuxProcess.BootId().Trim()], Script: null, step.Plan.HasPrepare),
                Environment = ContainerEnvironment.For(shared, host),
            };
            worker = new(container, reaper, run, files);
        }
        catch
        {
            reaper.Dispose();
            throw;
        }

        try
        {
            await worker.BeginAsync().WaitAsync(cancellation).ConfigureAwait(false);
            return worker;
        }
        catch
        {
            worker.WhyNotAgain = "it was not started to its end";
            await worker.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a step.</summary>
    /// <param name="options">The step's options.</param>
    /// <param name="observer">Sees lines as they come.</param>
    /// <param name="cancellation">Stops the step, and removes the container with it.</param>
    /// <returns>How the command ended. <see cref="WhyNotAgain"/> says whether the container can run another.</returns>
    /// <exception cref="WorkerLostException">It is not known how the command ended. The container is gone.</exception>
    /// <exception cref="OperationCanceledException">The command was cancelled. The container is gone.</exception>
    /// <exception cref="TimeoutException"><see cref="StepOptions.Timeout"/> ran out. The container is gone.</exception>
    /// <exception cref="RunnerException">The command was stopped, and it is not known whether the container is gone.</exception>
    public async Task<RunResult> RunAsync(StepOptions options, RunObserver observer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var plan = CommandPlan.For(options);
        observer.CommandLine(CommandLine);
        observer.Starting(Name);
        _files.WriteStep(plan.Script!, StepScript.Of(options, [.. plan.Words, RunArguments.ScriptMountPoint]));

        using var sink = new OutputSink(observer, static () => true, hasPipes: true);
        var pipes = new OutputPipes(
            _files.Output,
            (stream, token) => Utf8Lines.ReadAsync(stream, options.StdOutEncoding, mask: null, sink.StandardOutput, sink.CaughtUp, kept: null, token),
            (stream, token) => Utf8Lines.ReadAsync(stream, options.StdErrEncoding, mask: null, sink.CommandError, sink.CaughtUp, kept: null, token),
            sink.Connected,
            sink.Fail);
        await using var reading = pipes.ConfigureAwait(false);
        var watch = Stopwatch.StartNew();
        try
        {
            var answer = await AnswerAsync(options, sink, cancellation).ConfigureAwait(false);
            watch.Stop();
            if (answer.Verdict.Length > 0)
            {
                // A process that could not be ended may hold the output.
                WhyNotAgain = answer.Verdict;
                await DisposeAsync().ConfigureAwait(false);
            }

            await pipes.EndAsync(cancellation).ConfigureAwait(false);
            sink.ThrowIfFailed();
            if (!sink.HasStarted)
            {
                throw new WorkerLostException("the command could not be started there");
            }

            var killed = answer.Kills > _kills;
            _kills = answer.Kills;
            return new RunResult { ExitCode = answer.ExitCode, Duration = watch.Elapsed, ContainerName = Name, PrepareFailed = _files.PrepareFailed, OutOfMemory = killed };
        }
        catch
        {
            WhyNotAgain ??= "the step did not come to its end";
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the container, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        // The shell ends when there is nothing more to read.
        await _container.StandardInput.DisposeAsync().ConfigureAwait(false);
        if (WhyNotAgain is null)
        {
            await Task.WhenAny(_container.Completion, Task.Delay(LongestEnd)).ConfigureAwait(false);
        }

        await _container.DisposeAsync().ConfigureAwait(false);
        _answers.Dispose();
        await _remarks.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task BeginAsync()
    {
        using var environment = new NamedPipe(Path.Combine(_files.Output, OutputPipes.StandardError));
        using var shell = new NamedPipe(Path.Combine(_files.Output, OutputPipes.StandardOutput));
        using var environmentBytes = new MemoryStream();
        using var shellBytes = new MemoryStream();
        var reading = Task.WhenAll(environment.Reader.CopyToAsync(environmentBytes), shell.Reader.CopyToAsync(shellBytes));
        if (await LineAsync().ConfigureAwait(false) is var line && line != Sent)
        {
            // A container that was never there tells why.
            if (line is null)
            {
                await _container.Completion.ConfigureAwait(false);
            }

            throw new WorkerLostException(line is ['n', 'o', ':', ' ', .. var why] ? why : "the image's shell does not run it");
        }

        environment.EndWriting();
        shell.EndWriting();
        await reading.ConfigureAwait(false);
        var names = Encoding.UTF8.GetString(environmentBytes.ToArray()).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=')[0]);
        if (names.FirstOrDefault(name => !SharedOptions.IsVariable(name)) is { } odd)
        {
            throw new WorkerLostException($"a shell cannot hand on the image's variable '{odd}'");
        }

        _files.WriteShell(shellBytes.ToArray());
        await SayAsync("go").ConfigureAwait(false);
        var answer = await LineAsync().ConfigureAwait(false);
        if (answer is ['n', 'o', ':', ' ', .. var reason])
        {
            throw new WorkerLostException(reason);
        }

        _kills = WorkerAnswer.Read(answer, _turn).Kills;
    }

    private async Task<WorkerAnswer> AnswerAsync(StepOptions options, OutputSink sink, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, sink.Failed);
        stop.CancelAfter(options.Timeout);
        _turn++;
        await SayAsync(_turn.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        var process = ReadProcessAsync();
        var answer = ReadAnswerAsync();
        try
        {
            return await answer.WaitAsync(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await StopAsync(options, process, answer).ConfigureAwait(false);
            sink.ThrowIfFailed();
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException($"The command ran longer than {options.Timeout}; its container is removed.");
        }

        async Task<int> ReadProcessAsync() => WorkerAnswer.ReadProcess(await LineAsync().ConfigureAwait(false), _turn);

        async Task<WorkerAnswer> ReadAnswerAsync()
        {
            await process.ConfigureAwait(false);
            return WorkerAnswer.Read(await LineAsync().ConfigureAwait(false), _turn);
        }
    }

    // As the init program of a container does it: the signal goes to the command alone.
    private async Task StopAsync(StepOptions options, Task<int> process, Task<WorkerAnswer> answer)
    {
        if (options.StopTimeout > TimeSpan.Zero && !options.StopAtOnce.IsCancellationRequested && process.IsCompletedSuccessfully)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(options.StopAtOnce);
            limit.CancelAfter(options.StopTimeout);
            var number = await process.ConfigureAwait(false);
            var signal = string.Create(CultureInfo.InvariantCulture, $"kill -TERM {number}");
            await _engine.AskAsync(["exec", Name, "sh", "-c", signal], limit.Token).ConfigureAwait(false);
            await Task.WhenAny(answer, Task.Delay(Timeout.Infinite, limit.Token)).ConfigureAwait(false);
        }

        WhyNotAgain = "the step was stopped";
        await DisposeAsync().ConfigureAwait(false);
        await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_container.Completion.Exception?.InnerException is RunnerException { Failure: RunnerFailure.NotRemoved } unknown)
        {
            throw unknown;
        }
    }

    private async Task SayAsync(string line)
    {
        try
        {
            await _container.StandardInput.WriteAsync(Encoding.ASCII.GetBytes($"{line}\n")).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Nobody reads it any more, which the answer tells.
        }
    }

    // A line of a container that is gone is null.
    private async Task<string?> LineAsync()
    {
        try
        {
            return await _answers.ReadLineAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return null;
        }
    }
}
