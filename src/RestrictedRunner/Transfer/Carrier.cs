using System.Globalization;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Output;
using RestrictedRunner.Planning;
using RestrictedRunner.Results;

namespace RestrictedRunner.Transfer;

/// <summary>
/// A container that is never started. Its volumes are filled before the step's container is there, and read when that is gone,
/// so that a step runs as one whose files are mounted. It goes with this process, as every container does.
/// </summary>
internal sealed class Carrier : IAsyncDisposable
{
    private readonly EngineProcess _engine;
    private readonly TimeSpan _longestSilence;
    private readonly Reaper _reaper;
    private bool _isKept;
    private bool _creationEnded;

    private Carrier(EngineProcess engine, TimeSpan longestSilence)
    {
        (_engine, _longestSilence) = (engine, longestSilence);
        _reaper = new Reaper(engine);
        _reaper.DoWithoutIdFile();
    }

    /// <summary>Name of the container.</summary>
    public string Name => _reaper.Container.Name;

    /// <summary>Makes it.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="image">Its image.</param>
    /// <param name="volumes">Paths of its volumes.</param>
    /// <param name="labels">Labels beside those of every container.</param>
    /// <param name="longestSilence">After how long without a byte a copy fails.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RunnerException">The engine has not made it.</exception>
    public static async Task<Carrier> CreateAsync(EngineProcess engine, CarrierImage image, IReadOnlyList<string> volumes, IReadOnlyList<string> labels, TimeSpan longestSilence, CancellationToken cancellation)
    {
        var carrier = new Carrier(engine, longestSilence);
        try
        {
            await carrier.CreateAsync(image, volumes, labels, cancellation).ConfigureAwait(false);
            return carrier;
        }
        catch
        {
            await carrier.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task SendAsync(string place, Action<Stream> write, CancellationToken cancellation)
    {
        // Podman would give all to the container's user; docker takes the word for something else.
        var (failure, _) = await CallAsync(["cp", "--archive=false", "-", $"{Name}:{place}"], write, cancellation).ConfigureAwait(false);
        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Copies files to its volumes.</summary>
    /// <param name="content">The files.</param>
    /// <param name="volumes">Paths of the volumes that have the places of all of them.</param>
    /// <param name="isPodman">True for an engine that copies nothing through a folder into the volume which is mounted there.</param>
    /// <param name="sent">Takes down what was copied.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RunnerException">They were not copied as a whole.</exception>
    public async Task FillAsync(IReadOnlyList<CopiedMount> content, IReadOnlyList<string> volumes, bool isPodman, SentTree sent, CancellationToken cancellation)
    {
        foreach (var (place, files) in isPodman ? content.GroupBy(VolumeOf).Select(group => (group.Key, group.ToList())) : [("/", [.. content])])
        {
            await SendAsync(place, stream => sent.Write(stream, files, place, cancellation), cancellation).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }

        string VolumeOf(CopiedMount mount) => volumes.Where(volume => ContainerPath.IsAtOrBelow(mount.ContainerPath, volume)).MaxBy(volume => volume.Length)!;
    }

    /// <summary>Copies from it.</summary>
    /// <param name="path">Path of the file or folder.</param>
    /// <param name="read">Reads the archive.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="RunnerException">It was not copied as a whole.</exception>
    public async Task FetchAsync(string path, Func<Stream, CancellationToken, Task> read, CancellationToken cancellation)
    {
        Exception? failure = null;
        var answer = await CopyAsync(
            ["cp", $"{Name}:{path}", "-"],
            write: null,
            async (stream, token) =>
            {
                try
                {
                    await read(stream, token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is IOException or InvalidDataException or FormatException or UnauthorizedAccessException)
                {
                    failure = e;
                }

                // A client whose output nobody reads would wait for ever.
                await stream.CopyToAsync(Stream.Null, token).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        if (answer.ExitCode != 0)
        {
            throw Failed("from the engine", answer.Error);
        }

        if (failure is not null)
        {
            throw NotCopied(failure);
        }
    }

    /// <summary>Gives it a name for later steps and builds: from then on it is nobody's to remove.</summary>
    /// <param name="name">A name that says what is in it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>False when there is one with that name, and this one goes.</returns>
    public async Task<bool> KeepAsync(string name, CancellationToken cancellation)
    {
        var answer = await _engine.AskAsync(["rename", Name, name], cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        _isKept = answer is { ExitCode: 0 };
        return _isKept;
    }

    /// <summary>Removes it with its volumes.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isKept)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            var removal = _creationEnded
                ? await ContainerRemoval.RemoveInTimeAsync(_engine, _reaper.Container, CancellationToken.None).ConfigureAwait(false)
                : await ContainerRemoval.RemoveLateAsync(_engine, _reaper.Container, limit.Token).ConfigureAwait(false);
            if (removal == Removal.Unknown)
            {
                _reaper.TakeOver();
            }
        }

        _reaper.Dispose();
    }

    private async Task CreateAsync(CarrierImage image, IReadOnlyList<string> volumes, IReadOnlyList<string> labels, CancellationToken cancellation)
    {
        var answer = await CreateAsync(image.Name).ConfigureAwait(false);
        if (image.Archive is { } archive && answer.ExitCode != 0 && EngineMessages.WhyNotStarted(answer.ExitCode, answer.Error) == RunnerFailure.ImageAbsent)
        {
            answer = await CreateAsync(await MakeImageAsync(archive, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }

        _creationEnded = true;
        if (answer.ExitCode != 0)
        {
            throw new RunnerException(EngineMessages.WhyNotStarted(answer.ExitCode, answer.Error), answer.Error);
        }

        // As long as it takes: the engine says nothing while it fills a volume with the files of the image.
        Task<(int ExitCode, string Error)> CreateAsync(string name) => CallAsync(
            [
                "create", "--name", Name, .. _reaper.Container.Labels.Concat(labels).SelectMany(label => new[] { "--label", label }),
                "--pull", "never", "--network", "none", .. volumes.SelectMany(path => new[] { "--mount", RunArguments.VolumeAt(path) }),
                .. image.Platform.Length > 0 ? new[] { "--platform", image.Platform } : [], name, "none",
            ],
            write: null,
            static (stream, token) => stream.CopyToAsync(Stream.Null, token),
            static () => { },
            cancellation);
    }

    // It has its name only when it is whole.
    private async Task<string> MakeImageAsync(ImageArchive archive, CancellationToken cancellation)
    {
        var (failure, output) = await CallAsync(["import", .. archive.Labels.SelectMany(label => new[] { "--change", $"LABEL {label}" }), "-"], archive.Write, cancellation).ConfigureAwait(false);
        var id = output.Trim();
        var name = archive.Name();
        if (failure is null && await _engine.AskAsync(["tag", id, name], cancellation).ConfigureAwait(false) is not { ExitCode: 0 })
        {
            failure = Failed("to the engine", $"Image '{id}' got no name.");
        }

        if (failure is not null)
        {
            if (id.Length > 0)
            {
                await _engine.AskAsync(["image", "rm", id], CancellationToken.None).ConfigureAwait(false);
            }

            throw failure;
        }

        return name;
    }

    // A client that gives up tells why, and nobody reads its input.
    private async Task<(RunnerException? Failure, string Output)> CallAsync(IReadOnlyList<string> arguments, Action<Stream> write, CancellationToken cancellation)
    {
        Exception? failure = null;
        using var output = new MemoryStream();
        var answer = await CopyAsync(arguments, (stream, _) => Task.Run(() => Write(stream), CancellationToken.None), output.CopyFromAsync, cancellation).ConfigureAwait(false);
        return (answer.ExitCode != 0 ? Failed("to the engine", answer.Error) : failure is not null ? NotCopied(failure) : null, output.ReadText());

        void Write(Stream stream)
        {
            try
            {
                write(stream);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failure = e;
            }
        }
    }

    // A connection that hangs would have the build wait for ever, whatever the step's Timeout.
    private async Task<(int ExitCode, string Error)> CopyAsync(IReadOnlyList<string> arguments, Func<Stream, CancellationToken, Task>? write, Func<Stream, CancellationToken, Task> read, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(_longestSilence);
        try
        {
            return await CallAsync(arguments, write, read, () => silence.CancelAfter(_longestSilence), silence.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RunnerException(RunnerFailure.TransferFailed, string.Create(CultureInfo.InvariantCulture, $"Nothing moved for {_longestSilence.TotalSeconds:0} s, so the copying was given up."));
        }
    }

    // Not one of the engine's short answers: it takes as long as the files do.
    private async Task<(int ExitCode, string Error)> CallAsync(IReadOnlyList<string> arguments, Func<Stream, CancellationToken, Task>? write, Func<Stream, CancellationToken, Task> read, Action moved, CancellationToken cancellation)
    {
        var error = new OutputTail(20);
        var exitCode = await _engine.RunAsync(
            arguments,
            new EngineStreams(
                (stream, token) => read(new WatchedStream(stream, moved), token),
                (stream, token) => Utf8Lines.ReadAsync(stream, error.Add, static () => { }, kept: null, token),
                Environment: _reaper.PullEnvironment,
                Write: write is null ? null : (stream, token) => write(new WatchedStream(stream, moved), token)),
            cancellation).ConfigureAwait(false);
        return (exitCode, error.ToString());
    }

    private RunnerException NotCopied(Exception failure) =>
        new(_engine.Host.IsDiskFull(failure) ? RunnerFailure.DiskFull : RunnerFailure.TransferFailed, failure.Message, failure);

    private static RunnerException Failed(string direction, string error) =>
        new(EngineMessages.WhyNoEngine(error) ?? (error.Contains("no space left on device", StringComparison.OrdinalIgnoreCase) ? RunnerFailure.DiskFull : RunnerFailure.TransferFailed), $"Files could not be copied {direction}. {error}");
}
