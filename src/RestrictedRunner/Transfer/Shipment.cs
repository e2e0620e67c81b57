using System.Diagnostics;
using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;
using RestrictedRunner.Planning;

namespace RestrictedRunner.Transfer;

/// <summary>The files of one step on an engine that does not see this machine's: there before it runs, back after it, and gone.</summary>
internal sealed class Shipment : IAsyncDisposable
{
    private const int MostTold = 5;

    private readonly PlannedStep _step;
    private readonly CopyPlan _plan;
    private readonly Transfers _transfers;
    private readonly RunObserver _observer;
    private readonly List<LoadedCarrier> _carriers = [];
    private readonly Dictionary<string, CopiedMount> _inputs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _filled = new(StringComparer.Ordinal);

    /// <summary>A shipment of which nothing is sent.</summary>
    /// <param name="step">The step.</param>
    /// <param name="files">Its generated files.</param>
    /// <param name="transfers">What the build knows of engines.</param>
    /// <param name="observer">Hears what was copied.</param>
    /// <exception cref="RunnerException">Something of the step cannot be copied.</exception>
    public Shipment(PlannedStep step, RunFiles files, Transfers transfers, RunObserver observer)
    {
        (_step, _transfers, _observer) = (step, transfers, observer);
        _plan = CopyPlan.Of(step, files, IsFolder);
    }

    /// <summary>True when the step's prepare command ended the script.</summary>
    public bool PrepareFailed => _carriers.Any(carrier => carrier.PrepareFailed);

    /// <summary>Sends what is not there yet.</summary>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RunnerException">Files could not be copied.</exception>
    public async Task<CopiedFiles> SendAsync(CancellationToken cancellation)
    {
        if (_inputs.Count == 0)
        {
            foreach (var input in _plan.Inputs)
            {
                _inputs[KeptInputs.NameOf(input.ContainerPath, LocalFiles.Read(() => DigestOf(input, cancellation)))] = input;
            }
        }

        var watch = Stopwatch.StartNew();
        var sent = default(TransferCount);
        foreach (var plan in _plan.Carriers.Skip(_carriers.Count))
        {
            var carrier = await LoadedCarrier.LoadAsync(_step, _transfers, plan, cancellation).ConfigureAwait(false);
            _carriers.Add(carrier);
            sent += carrier.Sent;
        }

        TellSent(sent, watch);
        return new([.. _inputs.Keys.Select(name => $"{name}:ro"), .. _carriers.Select(carrier => carrier.Name)]);
    }

    /// <summary>True for the failure of a run because the engine does not have inputs that it was to have kept.</summary>
    public bool Lacks(RunnerException failure) => _inputs.Keys.Any(name => KeptInputs.IsMissing(failure, name) && !_filled.Contains(name));

    /// <summary>Sends the inputs that a run was refused for.</summary>
    /// <param name="failure">The refusal.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RunnerException">Files could not be copied.</exception>
    public async Task SendMissingAsync(RunnerException failure, CancellationToken cancellation)
    {
        var name = _inputs.Keys.First(name => KeptInputs.IsMissing(failure, name));
        _filled.Add(name);
        using var turn = await _transfers.FillAsync(name, cancellation).ConfigureAwait(false);
        if (await _step.Engine.AskAsync(["container", "inspect", "--format", "{{.Name}}", name], cancellation).ConfigureAwait(false) is not { ExitCode: 0 })
        {
            await KeepAsync(name, _inputs[name], cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes over what the step has changed.</summary>
    /// <param name="cancellation">Ends it, in the middle.</param>
    /// <exception cref="RunnerException">Files could not be copied.</exception>
    public async Task FetchAsync(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        foreach (var carrier in _carriers)
        {
            await carrier.FetchAsync(cancellation).ConfigureAwait(false);
        }

        var count = _carriers.Aggregate(default(TransferCount), static (count, carrier) => count + carrier.Fetched);
        if (count.Files > 0)
        {
            _observer.FilesTransferred($"{count + new TransferCount(0, 0, watch.Elapsed)} copied back.");
        }

        string[] left = [.. _carriers.SelectMany(carrier => carrier.Left)];
        if (left.Length > 0)
        {
            _observer.EngineRemark($"Pipes, sockets and devices are not copied back: {string.Join(", ", left.Take(MostTold))}{(left.Length > MostTold ? $" and {left.Length - MostTold} more" : "")}.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var carrier in _carriers)
        {
            await carrier.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static bool? IsFolder(string path) => FileStatus.Of(path) switch { { IsFolder: true } => true, { IsRegularFile: true } => false, _ => null };

    private string DigestOf(CopiedMount input, CancellationToken cancellation)
    {
        var tree = NewTree();
        tree.Measure(input, cancellation);
        return tree.Digest;
    }

    private SentTree NewTree() => new(_step.Engine.Host, ContainerOwner.Of(_step));

    private async Task KeepAsync(string name, CopiedMount input, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await KeptInputs.RemoveOldAsync(_step.Engine, [.. _inputs.Keys], cancellation).ConfigureAwait(false);
        var sent = NewTree();
        var isPodman = await _transfers.IsPodmanAsync(_step.Engine, _step.Options).ConfigureAwait(false);
        var carrier = await Carrier.CreateAsync(_step.Engine, CarrierImage.Empty, [input.ContainerPath], KeptInputs.Labels(name, LocalFiles.Read(() => LocalTree.CountOf([input]).Bytes)), _transfers.LongestSilence, cancellation).ConfigureAwait(false);
        await using (carrier.ConfigureAwait(false))
        {
            await carrier.FillAsync([input], [input.ContainerPath], isPodman, sent, cancellation).ConfigureAwait(false);
            if (KeptInputs.NameOf(input.ContainerPath, sent.Digest) != name)
            {
                throw LocalFiles.Changed(input);
            }

            await carrier.KeepAsync(name, cancellation).ConfigureAwait(false);
        }

        TellSent(sent.Count, watch);
    }

    private void TellSent(TransferCount sent, Stopwatch watch)
    {
        if (sent.Files > 0)
        {
            _observer.FilesTransferred($"{sent + new TransferCount(0, 0, watch.Elapsed)} copied to the engine, which does not see this machine's files.");
        }
    }
}
