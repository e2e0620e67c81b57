using System.Text.Json;
using RestrictedRunner.Engine;
using RestrictedRunner.Results;

namespace RestrictedRunner.Images;

/// <summary>Asks a registry what the name of an image stands for, through the engine's client, which has the credentials.</summary>
internal static class RegistryImage
{
    private const string OwnRegistry = "localhost/";

    // The client asks for each platform of an index in turn.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Asks for the digests of an image. Where the client cannot tell without it, the image is pulled. An image that the engine has
    /// and that came from no registry is not looked for in one: somebody else may have an image of that name there.
    /// </summary>
    /// <param name="engine">The client.</param>
    /// <param name="options">Tells image and platform.</param>
    /// <param name="pull">Pulls the image.</param>
    /// <param name="cancellation">Ends the question.</param>
    /// <exception cref="RunnerException">There is no such image, or nobody who answers.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<ImageDigests> FindAsync(EngineProcess engine, StepOptions options, Func<Task> pull, CancellationToken cancellation)
    {
        var there = await InspectAsync(engine, options.Image, cancellation).ConfigureAwait(false);
        if (there?.IsLocal == true)
        {
            return there.Local;
        }

        var found = await AskAsync(engine, options.Image, cancellation).ConfigureAwait(false);
        if (found.Count > 0)
        {
            return new(found, IsLocal: false);
        }

        try
        {
            await pull().ConfigureAwait(false);
        }
        catch (RunnerException e) when (e.Failure == RunnerFailure.ImageNotFound && there is not null)
        {
            // Docker's containerd image store gives an image that was built a digest as well.
            return there.Local;
        }

        var pulled = await InspectAsync(engine, options.Image, cancellation).ConfigureAwait(false)
            ?? throw new RunnerException(RunnerFailure.ImageAbsent, "The engine has pulled the image, and does not have it.");
        return pulled.IsLocal ? pulled.Local : pulled.Pulled;
    }

    /// <summary>True for the name of an image on a registry of this machine, which engines talk to without TLS.</summary>
    public static bool IsOnLoopback(string image)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && Uri.TryCreate($"http://{image[..slash]}", UriKind.Absolute, out var registry) && registry.IsLoopback;
    }

    private static async Task<IReadOnlyDictionary<string, string>> AskAsync(EngineProcess engine, string image, CancellationToken cancellation)
    {
        // Docker's client talks to the registry itself, and does not take over what its engine takes for granted of the loopback.
        string[] docker = ["--verbose", .. IsOnLoopback(image) ? ["--insecure"] : Array.Empty<string>()];
        var answer = await engine.AskAsync(["manifest", "inspect", .. EngineFacts.IsPodmanClient(engine.ClientPath) ? [] : docker, image], Limit, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return answer is { ExitCode: 0 } ? ImageDigests.Read(answer.StandardOutput) : new Dictionary<string, string>();
    }

    private static async Task<Found?> InspectAsync(EngineProcess engine, string image, CancellationToken cancellation)
    {
        // Podman knows Id in no other form, and nothing in front of it.
        var answer = await engine.AskAsync(["image", "inspect", "--format", "{{.Id}} {{.Os}}/{{.Architecture}} {{json .RepoDigests}}", image], cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (answer is null)
        {
            throw new RunnerException(RunnerFailure.DaemonNotRunning, "The engine does not answer.");
        }

        if (answer.ExitCode != 0)
        {
            return EngineMessages.WhyNoEngine(answer.StandardError) is { } absence ? throw new RunnerException(absence, answer.StandardError.Trim()) : null;
        }

        return answer.StandardOutput.Trim().Split(' ', 3) is [var id, var platform, var digests]
            ? new(
                id.Contains(':', StringComparison.Ordinal) ? id : $"sha256:{id}",
                ImagePlatform.OneSpelling(platform),
                [.. (JsonSerializer.Deserialize<string[]>(digests) ?? []).Where(reference => ImageName.IsOf(reference, image, EngineFacts.IsPodmanClient(engine.ClientPath)))])
            : throw new RunnerException(RunnerFailure.PullFailed, $"The engine describes the image as '{answer.StandardOutput.Trim()}', which is not understood.");
    }

    // What the engine has by the name. Who has tagged an image and pushed it by another name still has the one that was built.
    private sealed record Found(string Id, string Platform, IReadOnlyList<string> References)
    {
        // Podman gives every image a digest, and one that was built a registry of that name.
        public bool IsLocal => References.All(static reference => reference.StartsWith(OwnRegistry, StringComparison.Ordinal));

        public ImageDigests Local => new(new Dictionary<string, string> { [Platform] = Id }, IsLocal: true);

        public ImageDigests Pulled => new(new Dictionary<string, string> { [Platform] = References[0].Split('@')[1] }, IsLocal: false);
    }
}
