using System.Diagnostics;
using System.Globalization;
using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;
using RestrictedRunner.Planning;

namespace RestrictedRunner.Transfer;

/// <summary>The files of one step on an engine that does not see this machine's: there before it runs, back after it, and gone.</summary>
internal sealed class Shipment : IAsyncDisposable
{
    private readonly PlannedStep _step;
    private readonly CopyPlan _plan;
    private readonly Transfers _transfers;
    private readonly RunObserver _observer;
    private readonly (int User, int Group)? _owner;
    private readonly List<(Carrier Carrier, CarrierPlan Plan)> _carriers = [];
    private readonly Dictionary<string, CopiedMount> _inputs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _filled = new(StringComparer.Ordinal);
    private readonly SentTree _sent;
    private TransferCount _count;
    private TransferCount _told;

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
        _owner = OwnerOf(step);
        _sent = new(step.Engine.Host, _owner);
    }

    /// <summary>True when the step's prepare command ended the script.</summary>
    public bool PrepareFailed { get; private set; }

    /// <summary>Sends what is not there yet.</summary>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RunnerException">Files could not be copied.</exception>
    public async Task<CopiedFiles> SendAsync(CancellationToken cancellation)
    {
        if (_inputs.Count == 0)
        {
            foreach (var input in _plan.Inputs)
            {
                _inputs[KeptInputs.NameOf(input.ContainerPath, input.TreeDigest ?? Local(() => DigestOf(input, cancellation)))] = input;
            }
        }

        foreach (var plan in _plan.Carriers.Skip(_carriers.Count))
        {
            var watch = Stopwatch.StartNew();
            var carrier = await Carrier.CreateAsync(_step.Engine, plan.Image, plan.Volumes, _step.Options.Labels, cancellation).ConfigureAwait(false);
            _carriers.Add((carrier, plan));
            await FillAsync(carrier, plan, _sent, cancellation).ConfigureAwait(false);
            _count += new TransferCount(0, 0, watch.Elapsed);
        }

        TellSent(_sent.Count - _told);
        _told = _sent.Count;
        return new([.. _inputs.Keys.Select(name => $"{name}:ro"), .. _carriers.Select(carrier => carrier.Carrier.Name)]);
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
        var fill = _transfers.FillOf(name);
        await fill.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (await _step.Engine.AskAsync(["container", "inspect", "--format", "{{.Name}}", name], cancellation).ConfigureAwait(false) is not { ExitCode: 0 })
            {
                await KeepAsync(name, _inputs[name], cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            fill.Release();
        }
    }

    /// <summary>Takes over what the step has changed.</summary>
    /// <param name="cancellation">Ends it, in the middle.</param>
    /// <exception cref="RunnerException">Files could not be copied.</exception>
    public async Task FetchAsync(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var count = default(TransferCount);
        var left = new List<string>();
        foreach (var (carrier, plan) in _carriers)
        {
            foreach (var mount in plan.Content.Where(mount => mount.ComesBack))
            {
                if (mount.ContainerPath == OwnPlaces.Copied.Prepared)
                {
                    await carrier.FetchAsync(mount.ContainerPath, async (stream, token) => PrepareFailed = await EmptyFile.IsItAsync(stream, token).ConfigureAwait(false), cancellation).ConfigureAwait(false);
                    continue;
                }

                var tree = new ArrivedTree(mount, _sent.Files, _step.Engine.Host);
                await carrier.FetchAsync(mount.ContainerPath, tree.ReadAsync, cancellation).ConfigureAwait(false);
                count += tree.Count;
                left.AddRange(tree.Left);
            }
        }

        if (count.Files > 0)
        {
            _observer.FilesTransferred($"{count + new TransferCount(0, 0, watch.Elapsed)} copied back.");
        }

        if (left.Count > 0)
        {
            _observer.EngineRemark($"Not copied back, because it is no file, folder or link: {string.Join(", ", left.Take(5))}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var (carrier, _) in _carriers)
        {
            await carrier.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static bool? IsFolder(string path) => FileStatus.Of(path) switch { { IsFolder: true } => true, { IsRegularFile: true } => false, _ => null };

    // Elsewhere than on Linux files have owners that mean nothing in a container: whoever runs the command has them.
    private static (int User, int Group)? OwnerOf(PlannedStep step)
    {
        if (step.Engine.Host.Kind == HostKind.Linux)
        {
            return null;
        }

        var user = (step.CurrentUser?.Id ?? step.Options.User).Split(':');
        return int.TryParse(user[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (id, user.Length > 1 && int.TryParse(user[1], NumberStyles.None, CultureInfo.InvariantCulture, out var group) ? group : id)
            : (0, 0);
    }

    private string DigestOf(CopiedMount input, CancellationToken cancellation)
    {
        var tree = new SentTree(_step.Engine.Host, _owner);
        tree.Measure(input, cancellation);
        return tree.Digest;
    }

    private async Task KeepAsync(string name, CopiedMount input, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        await KeptInputs.RemoveOldAsync(_step.Engine, [.. _inputs.Keys], cancellation).ConfigureAwait(false);
        var sent = new SentTree(_step.Engine.Host, _owner);
        var carrier = await Carrier.CreateAsync(_step.Engine, "", [input.ContainerPath], KeptInputs.Labels(name, Local(() => BytesOf(input))), cancellation).ConfigureAwait(false);
        await using (carrier.ConfigureAwait(false))
        {
            await FillAsync(carrier, new("", [input.ContainerPath], [input]), sent, cancellation).ConfigureAwait(false);
            if (input.TreeDigest is null && KeptInputs.NameOf(input.ContainerPath, sent.Digest) != name)
            {
                throw new RunnerException(RunnerFailure.TransferFailed, $"'{input.HostPath}' was changed while it was copied.");
            }

            await carrier.KeepAsync(name, cancellation).ConfigureAwait(false);
        }

        _count += new TransferCount(0, 0, watch.Elapsed);
        TellSent(sent.Count);
    }

    private static long BytesOf(CopiedMount input) => LocalTree.Of(input).Where(file => file.Status.IsRegularFile).Sum(file => file.Status.Size);

    private async Task FillAsync(Carrier carrier, CarrierPlan plan, SentTree sent, CancellationToken cancellation)
    {
        if (!await _transfers.IsPodmanAsync(_step.Engine, _step.Options).ConfigureAwait(false))
        {
            await carrier.SendAsync("/", stream => sent.Write(stream, plan.Content, "/", cancellation), cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            return;
        }

        foreach (var volume in plan.Volumes)
        {
            CopiedMount[] content = [.. plan.Content.Where(mount => VolumeOf(mount) == volume)];
            if (content.Length > 0)
            {
                await carrier.SendAsync(volume, stream => sent.Write(stream, content, volume, cancellation), cancellation).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
            }
        }

        string? VolumeOf(CopiedMount mount) => plan.Volumes.Where(volume => ContainerPath.IsAtOrBelow(mount.ContainerPath, volume)).MaxBy(volume => volume.Length);
    }

    private void TellSent(TransferCount sent)
    {
        _count += sent;
        if (_count.Files > 0)
        {
            _observer.FilesTransferred($"{_count} copied to the engine, which does not see this machine's files.");
        }

        _count = default;
    }

    private static T Local<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunnerException(RunnerFailure.TransferFailed, e.Message, e);
        }
    }
}
