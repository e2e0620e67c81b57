using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Results;

namespace RestrictedRunner.Images;

/// <summary>Questions to an engine about the images that it has.</summary>
internal static class EngineImages
{
    /// <summary>Asks for several images in one call of the client.</summary>
    /// <param name="images">References.</param>
    /// <param name="options">Tells the engine.</param>
    /// <param name="host">The machine.</param>
    /// <param name="cancellation">Ends the question.</param>
    /// <returns>Those that the engine has, by their references.</returns>
    /// <exception cref="RunnerException">There is no client, or no engine that answers it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<IReadOnlyDictionary<string, EngineImage>> FindAsync(IReadOnlyList<string> images, StepOptions options, Host host, CancellationToken cancellation)
    {
        var engine = EngineProcess.For(options, host);
        var answer = await AskAsync(engine, images, cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (answer is null)
        {
            throw new RunnerException(RunnerFailure.DaemonNotRunning, "The engine does not answer.");
        }

        if (answer.ExitCode != 0 && EngineMessages.WhyNoEngine(answer.StandardError) is { } absence)
        {
            throw new RunnerException(absence, answer.StandardError.Trim());
        }

        EngineImage[] found = [.. answer.StandardOutput.Split('\n').Select(EngineImage.Read).OfType<EngineImage>()];

        // Those that there are come in the order of the question; each that there is not has a line of the error.
        string[] there = [.. images.Where(image => answer.ExitCode == 0 || !answer.StandardError.Contains(image, StringComparison.Ordinal))];
        return found.Length == there.Length
            ? there.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second)
            : await OneByOneAsync(engine, images, cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks for a step's image.</summary>
    /// <returns>Null when the engine does not have it, or does not answer.</returns>
    /// <exception cref="RunnerException">There is no client.</exception>
    public static async Task<EngineImage?> FindAsync(StepOptions options, Host host, CancellationToken cancellation) =>
        await AskAsync(EngineProcess.For(options, host), [options.ImageToRun], cancellation).ConfigureAwait(false) is { ExitCode: 0 } answer ? EngineImage.Read(answer.StandardOutput) : null;

    /// <summary>Removes an image that was built under a name of ours, unless a container needs it.</summary>
    /// <returns>True when the engine does not have the image any more.</returns>
    /// <exception cref="RunnerException">There is no client.</exception>
    public static async Task<bool> RemoveBuiltAsync(string image, StepOptions options, Host host, CancellationToken cancellation)
    {
        var engine = EngineProcess.For(options, host);
        var label = await engine.AskAsync(["image", "inspect", "--format", $"{{{{index .Config.Labels \"{ImageBuild.Label}\"}}}}", image], cancellation).ConfigureAwait(false);
        return label is { ExitCode: not 0 }
            ? EngineMessages.WhyNotStarted(label.ExitCode, label.StandardError) == RunnerFailure.ImageAbsent
            : label?.StandardOutput.Trim() == image && await engine.AskAsync(["image", "rm", image], cancellation).ConfigureAwait(false) is { ExitCode: 0 };
    }

    /// <summary>The names of all images of an engine, in one call.</summary>
    /// <returns>Each as <c>name:tag</c>; none when the engine does not answer.</returns>
    public static async Task<IReadOnlyList<string>> NamesAsync(StepOptions options, Host host, CancellationToken cancellation = default)
    {
        try
        {
            var answer = await EngineProcess.For(options, host).AskAsync(["images", "--format", "{{.Repository}}:{{.Tag}}"], cancellation).ConfigureAwait(false);
            return answer is { ExitCode: 0 }
                ? [.. answer.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(image => !image.Contains("<none>", StringComparison.Ordinal))]
                : [];
        }
        catch (RunnerException)
        {
            // Without a client there are none.
            return [];
        }
    }

    // A name that is a part of another's leaves it open which of them the error is about.
    private static async Task<IReadOnlyDictionary<string, EngineImage>> OneByOneAsync(EngineProcess engine, IReadOnlyList<string> images, CancellationToken cancellation)
    {
        var found = new Dictionary<string, EngineImage>();
        foreach (var image in images)
        {
            var answer = await AskAsync(engine, [image], cancellation).ConfigureAwait(false);
            if (answer is null)
            {
                // An engine that hangs is waited for once, not once for each image.
                break;
            }

            if (answer.ExitCode == 0 && EngineImage.Read(answer.StandardOutput) is { } read)
            {
                found[image] = read;
            }
        }

        return found;
    }

    private static Task<EngineAnswer?> AskAsync(EngineProcess engine, IReadOnlyList<string> images, CancellationToken cancellation) =>
        engine.AskAsync(["image", "inspect", "--format", EngineImage.Format, .. images], cancellation);
}
