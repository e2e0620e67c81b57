namespace RestrictedRunner;

/// <summary>The ids of several images.</summary>
internal static class ImageIds
{
    /// <summary>Asks for all images in one call of the client.</summary>
    /// <param name="images">References.</param>
    /// <param name="options">Tells the engine.</param>
    /// <param name="cancellation">Ends the question.</param>
    /// <returns>The id (<c>sha256:…</c>) of each image that the engine has, by its reference; none when the engine does not answer.</returns>
    /// <exception cref="RunnerException">There is no client.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> FindAsync(IReadOnlyList<string> images, StepOptions options, CancellationToken cancellation)
    {
        var engine = EngineProcess.For(options);
        var answer = await engine.AskAsync(["image", "inspect", "--format", "{{.Id}}", .. images], cancellation).ConfigureAwait(false);
        if (answer is null)
        {
            return new Dictionary<string, string>();
        }

        string[] ids = [.. answer.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

        // Those that there are come in the order of the question; each that there is not has a line of the error.
        string[] there = [.. images.Where(image => answer.ExitCode == 0 || !answer.StandardError.Contains(image, StringComparison.Ordinal))];
        return ids.Length == there.Length
            ? there.Zip(ids).ToDictionary(pair => pair.First, pair => WithAlgorithm(pair.Second))
            : await OneByOneAsync(engine, images, cancellation).ConfigureAwait(false);
    }

    // A name that is a part of another's leaves it open which of them the error is about.
    private static async Task<IReadOnlyDictionary<string, string>> OneByOneAsync(EngineProcess engine, IReadOnlyList<string> images, CancellationToken cancellation)
    {
        var ids = new Dictionary<string, string>();
        foreach (var image in images)
        {
            var answer = await engine.AskAsync(["image", "inspect", "--format", "{{.Id}}", image], cancellation).ConfigureAwait(false);
            if (answer is null)
            {
                // An engine that hangs is waited for once, not once for each image.
                break;
            }

            if (answer.ExitCode == 0)
            {
                ids[image] = WithAlgorithm(answer.StandardOutput.Trim());
            }
        }

        return ids;
    }

    // Podman leaves it out.
    private static string WithAlgorithm(string id) => id.Contains(':', StringComparison.Ordinal) ? id : $"sha256:{id}";
}
