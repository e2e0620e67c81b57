using System.Collections.Concurrent;

namespace RestrictedRunner.EngineTests;

/// <summary>Everything that a run told its observer.</summary>
internal sealed class Watched
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _awaited = [];
    private readonly ConcurrentQueue<OutputLine> _lines = [];
    private readonly ConcurrentQueue<string> _progress = [];
    private readonly ConcurrentQueue<string> _remarks = [];
    private readonly ConcurrentQueue<IReadOnlyList<string>> _commandLines = [];

    public Watched() =>
        Observer = new RunObserver
        {
            Output = line =>
            {
                _lines.Enqueue(line);
                Awaited(line.Text).TrySetResult();
            },
            PullProgress = _progress.Enqueue,
            EngineRemark = _remarks.Enqueue,
            CommandLine = _commandLines.Enqueue,
        };

    public RunObserver Observer { get; }

    public IReadOnlyList<OutputLine> Lines => [.. _lines];

    public IReadOnlyList<string> Progress => [.. _progress];

    public IReadOnlyList<string> Remarks => [.. _remarks];

    public IReadOnlyList<IReadOnlyList<string>> CommandLines => [.. _commandLines];

    /// <summary>Names of the containers, in the order of their runs.</summary>
    public IReadOnlyList<string> ContainerNames =>
        [.. _commandLines.Select(words => words.ToList()).Where(words => words.Contains("--name")).Select(words => words[words.IndexOf("--name") + 1])];

    /// <summary>Waits until the line has been seen.</summary>
    /// <param name="line">The whole line.</param>
    /// <param name="run">The run that is to print it, which must not end without.</param>
    public async Task SeesAsync(string line, Task run)
    {
        var seen = Awaited(line).Task;
        await Task.WhenAny(seen, run).WaitAsync(TimeSpan.FromSeconds(30));
        if (!seen.IsCompleted)
        {
            await run;
            Assert.Fail($"the command ended without '{line}'");
        }
    }

    private TaskCompletionSource Awaited(string line) =>
        _awaited.GetOrAdd(line, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
