using System.Collections.Concurrent;
using RestrictedRunner.Engine;
using RestrictedRunner.Options;

namespace RestrictedRunner.Transfer;

/// <summary>What one build knows of engines that do not see this machine's files.</summary>
internal sealed class Transfers
{
    private readonly ConcurrentDictionary<EngineChoice, bool> _unseeing = [];
    private readonly ConcurrentDictionary<EngineChoice, Lazy<Task<bool>>> _podmans = [];
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _fills = new(StringComparer.Ordinal);

    /// <summary>After how long without a byte a copy fails: the engine's disk may be slow, and a connection be gone.</summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>True when the files of a step are to be copied, as far as is known.</summary>
    public bool Copies(StepOptions options) => options.Transfer == FileTransfer.Copy || (options.Transfer == FileTransfer.Auto && _unseeing.ContainsKey(options.EngineChoice));

    /// <summary>The engine of a step has other files: all later steps of the build copy at once.</summary>
    public void Remember(StepOptions options) => _unseeing.TryAdd(options.EngineChoice, true);

    /// <summary>
    /// True when the engine is podman's, be it behind docker's client: it copies no file through a folder into the volume that
    /// is mounted there.
    /// </summary>
    public Task<bool> IsPodmanAsync(EngineProcess engine, StepOptions options) =>
        EngineFacts.IsPodmanClient(engine.ClientPath)
            ? Task.FromResult(true)
            : _podmans.GetOrAdd(options.EngineChoice, _ => new(() => PodmanService.IsBehindAsync(engine, CancellationToken.None))).Value;

    /// <summary>Lets one step at a time make what others need too.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Lets the next one do it when it is disposed of.</returns>
    public async Task<IDisposable> FillAsync(string name, CancellationToken cancellation)
    {
        var fill = _fills.GetOrAdd(name, static _ => new(1));
        await fill.WaitAsync(cancellation).ConfigureAwait(false);
        return new Turn(fill);
    }

    private sealed record Turn(SemaphoreSlim Fill) : IDisposable
    {
        public void Dispose() => Fill.Release();
    }
}
