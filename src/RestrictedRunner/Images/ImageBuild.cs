using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;
using RestrictedRunner.Output;
using RestrictedRunner.Results;

namespace RestrictedRunner.Images;

/// <summary>An image to build from a Dockerfile.</summary>
/// <param name="Name">The name that it gets when it is whole.</param>
/// <param name="File">Full path of the Dockerfile.</param>
/// <param name="Context">Full path of the folder whose files it may copy.</param>
internal sealed record ImageBuild(string Name, string File, string Context)
{
    /// <summary>Name of the label that holds the image's name, by which what is ours is known.</summary>
    public const string Label = $"{OptionForms.OwnPrefix}image";

    /// <summary>Full path of the file that says what of the context is left out; empty for none.</summary>
    public string IgnoreFile { get; init; } = "";

    /// <summary>Build arguments.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();

    /// <summary>Stage to build; empty for the last.</summary>
    public string Target { get; init; } = "";

    /// <summary>Platform of the image; empty for the engine's.</summary>
    public string Platform { get; init; } = "";

    /// <summary>The arguments after the client's name.</summary>
    public IReadOnlyList<string> Words(ImageBuilder builder) =>
    [
        .. builder switch
        {
            // A builder that runs in a container would keep the image to itself.
            ImageBuilder.Buildx => ["buildx", "build", "--load", "--progress", "plain"],
            ImageBuilder.BuildKit => ["build", "--progress", "plain"],
            // Of a command that fails it would leave the container.
            ImageBuilder.Classic => ["build", "--force-rm"],
            _ => (string[])["build", .. IgnoreFile.Length > 0 ? new[] { "--ignorefile", IgnoreFile } : []],
        },
        // The images that it starts from have been pulled, with retries. The word is also one by which the reaper knows a client.
        "--pull=false",
        "--file", File,
        "--tag", Name,
        "--label", $"{Label}={Name}",
        .. Arguments.OrderBy(static argument => argument.Key, StringComparer.Ordinal).SelectMany(static argument => new[] { "--build-arg", $"{argument.Key}={argument.Value}" }),
        .. Target.Length > 0 ? new[] { "--target", Target } : [],
        .. Platform.Length > 0 ? new[] { "--platform", Platform } : [],
        Context,
    ];

    /// <summary>Builds the image.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="builder">Its builder.</param>
    /// <param name="dockerfile">The Dockerfile, as it is read here.</param>
    /// <param name="observer">Sees the lines of progress.</param>
    /// <param name="reaper">Ends the build when this process is killed.</param>
    /// <param name="cancellation">Ends the build.</param>
    /// <returns>Why there is no image; null when there is one.</returns>
    /// <exception cref="RunnerException">The engine does not answer, or its disk is full.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and nothing has the image's name.</exception>
    public async Task<ImageBuildFailure?> RunAsync(EngineProcess engine, ImageBuilder builder, Dockerfile dockerfile, RunObserver observer, Reaper reaper, CancellationToken cancellation)
    {
        var words = Words(builder);
        observer.CommandLine(engine.CommandLine(words));
        var output = new ImageBuildOutput(dockerfile);
        var oneAtATime = new object();
        var streams = new EngineStreams(Read, Read, Environment: Variables(engine.Host, builder, reaper));
        using var kill = new CancellationTokenSource();
        var client = engine.RunAsync(words, streams, kill.Token);
        try
        {
            if (await client.WaitAsync(cancellation).ConfigureAwait(false) == 0)
            {
                return null;
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Not by a kill: podman would leave its working container, and docker its plugin at work.
            await reaper.ReapAsync().ConfigureAwait(false);
            await kill.CancelAsync().ConfigureAwait(false);
            await client.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }

        var failure = output.End();
        return EngineMessages.WhyNoEngine(failure.Reason) is { } absence ? throw new RunnerException(absence, failure.Reason)
            : failure.Reason.Contains("no space left on device", StringComparison.OrdinalIgnoreCase) ? throw new RunnerException(RunnerFailure.DiskFull, failure.Reason)
            : failure;

        Task Read(Stream stream, CancellationToken token) => Utf8Lines.ReadAsync(stream, Line, static () => { }, kept: null, token);

        void Line(string line)
        {
            lock (oneAtATime)
            {
                output.Add(line);
                observer.PullProgress(line);
            }
        }
    }

    // A build is the same again only without a description of when and where it was done, which buildx adds.
    private static Dictionary<string, string?> Variables(Host host, ImageBuilder builder, Reaper reaper) => new(reaper.PullEnvironment)
    {
        ["BUILDX_NO_DEFAULT_ATTESTATIONS"] = "1",
        // To a client without BuildKit it is an error, and where it is not set such a client says how to get that.
        ["DOCKER_BUILDKIT"] = builder != ImageBuilder.Classic ? "1" : host.Variable("DOCKER_BUILDKIT") is null ? null : "0",
    };
}
