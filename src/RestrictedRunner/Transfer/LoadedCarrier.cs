using RestrictedRunner.Commands;
using RestrictedRunner.Planning;

namespace RestrictedRunner.Transfer;

/// <summary>A <see cref="Carrier"/> that holds the files of a step, before the step runs and after it.</summary>
internal sealed class LoadedCarrier : IAsyncDisposable
{
    // With more, all that is in the folder comes sooner than the outputs one by one.
    private const int MostFetches = 3;

    private readonly PlannedStep _step;
    private readonly Transfers _transfers;
    private readonly CarrierPlan _plan;
    private readonly SentTree _sent;
    private readonly ContainerOwner _owner;
    private Carrier? _carrier;

    private LoadedCarrier(PlannedStep step, Transfers transfers, CarrierPlan plan)
    {
        (_step, _transfers, _plan, _owner) = (step, transfers, plan, ContainerOwner.Of(step));
        _sent = NewTree();
    }

    /// <summary>Name of the container.</summary>
    public string Name => _carrier!.Name;

    /// <summary>What was sent for it.</summary>
    public TransferCount Sent { get; private set; }

    /// <summary>What came back.</summary>
    public TransferCount Fetched { get; private set; }

    /// <summary>Paths in the container of what did not come back: pipes, sockets and devices.</summary>
    public IReadOnlyList<string> Left { get; private set; } = [];

    /// <summary>True when the step's prepare command ended the script.</summary>
    public bool PrepareFailed { get; private set; }

    /// <summary>Makes a carrier, and sends what the engine has not kept.</summary>
    /// <param name="step">The step.</param>
    /// <param name="transfers">What the build knows of engines.</param>
    /// <param name="plan">The carrier.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RunnerException">Files could not be copied.</exception>
    public static async Task<LoadedCarrier> LoadAsync(PlannedStep step, Transfers transfers, CarrierPlan plan, CancellationToken cancellation)
    {
        var loaded = new LoadedCarrier(step, transfers, plan);
        try
        {
            await loaded.LoadAsync(cancellation).ConfigureAwait(false);
            return loaded;
        }
        catch
        {
            await loaded.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Takes over what the step has changed.</summary>
    /// <param name="cancellation">Ends it, in the middle.</param>
    /// <exception cref="RunnerException">Files could not be copied.</exception>
    public async Task FetchAsync(CancellationToken cancellation)
    {
        foreach (var mount in _plan.Content.Where(mount => mount.ComesBack))
        {
            if (mount.ContainerPath == OwnPlaces.Copied.Prepared)
            {
                await _carrier!.FetchAsync(mount.ContainerPath, async (stream, token) => PrepareFailed = await EmptyFile.IsEmptyAsync(stream, token).ConfigureAwait(false), cancellation).ConfigureAwait(false);
                continue;
            }

            foreach (var tree in await FetchAsync(mount, cancellation).ConfigureAwait(false))
            {
                Fetched += tree.Count;
                Left = [.. Left, .. tree.Left];
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _carrier?.DisposeAsync() ?? default;

    private SentTree NewTree() => new(_step.Engine.Host, _owner);

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var inputs = NewTree();
        LocalFiles.Read(() => _plan.Inputs.ToList().ForEach(input => inputs.Measure(input, cancellation)));

        // Podman's volume begins with the image's files only when a container that has it starts.
        if (!KeptInputs.IsWorthKeeping(inputs.Count) || await _transfers.IsPodmanAsync(_step.Engine, _step.Options).ConfigureAwait(false))
        {
            _carrier = await CreateAsync(_plan.Image, cancellation).ConfigureAwait(false);
            await FillAsync(_plan.Content, cancellation).ConfigureAwait(false);
            return;
        }

        _carrier = await CreateFromAsync(inputs, cancellation).ConfigureAwait(false);
        if (_plan.Content.Except(_plan.Inputs).ToList() is { Count: > 0 } rest)
        {
            await FillAsync(rest, cancellation).ConfigureAwait(false);
        }
    }

    private Task<Carrier> CreateAsync(CarrierImage image, CancellationToken cancellation) =>
        Carrier.CreateAsync(_step.Engine, image, _plan.Volumes, _step.Options.Labels, _transfers.LongestSilence, cancellation);

    private async Task<Carrier> CreateFromAsync(SentTree inputs, CancellationToken cancellation)
    {
        var image = KeptInputs.ImageOf(inputs);
        try
        {
            var kept = await CreateAsync(new CarrierImage(image), cancellation).ConfigureAwait(false);
            _sent.AddFiles(inputs);
            return kept;
        }
        catch (RunnerException e) when (e.Failure == RunnerFailure.ImageAbsent)
        {
            // It is made below.
        }

        using var turn = await _transfers.FillAsync(image, cancellation).ConfigureAwait(false);
        await KeptInputs.RemoveOldAsync(_step.Engine, [image], cancellation).ConfigureAwait(false);
        var sent = NewTree();
        var archive = new ImageArchive(stream => sent.Write(stream, _plan.Inputs, "/", cancellation), KeptInputs.ImageLabels, () => KeptInputs.ImageOf(sent));
        var carrier = await CreateAsync(new CarrierImage(image, Archive: archive), cancellation).ConfigureAwait(false);
        Sent += sent.Count;
        _sent.AddFiles(sent.Files.Count > 0 ? sent : inputs);
        return carrier;
    }

    private async Task FillAsync(IReadOnlyList<CopiedMount> content, CancellationToken cancellation)
    {
        await _carrier!.FillAsync(content, _plan.Volumes, await _transfers.IsPodmanAsync(_step.Engine, _step.Options).ConfigureAwait(false), _sent, cancellation).ConfigureAwait(false);
        Sent += _sent.Count;
    }

    // Of a step that has not made an output all comes, for whoever asks what it wrote instead.
    private async Task<IReadOnlyList<ArrivedTree>> FetchAsync(CopiedMount mount, CancellationToken cancellation)
    {
        if (mount.OutputNames is { Count: > 0 and <= MostFetches } names)
        {
            try
            {
                return await FetchAsync(mount, names, cancellation).ConfigureAwait(false);
            }
            catch (RunnerException e) when (e.Failure == RunnerFailure.TransferFailed)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }

        return await FetchAsync(mount, [""], cancellation).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<ArrivedTree>> FetchAsync(CopiedMount mount, IReadOnlyList<string> parts, CancellationToken cancellation)
    {
        ArrivedTree[] trees = [.. parts.Select(part => new ArrivedTree(mount, _sent.Files, _step.Engine.Host, part))];
        foreach (var tree in trees)
        {
            await _carrier!.FetchAsync(tree.Source, tree.ReadAsync, cancellation).ConfigureAwait(false);
            LocalFiles.Read(tree.Complete);
        }

        return trees;
    }
}
