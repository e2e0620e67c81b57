namespace RestrictedRunner;

/// <summary>Which images it is that several names stand for.</summary>
internal static class ImageIds
{
    /// <summary>Asks for all images in one call of the client.</summary>
    /// <param name="images">References.</param>
    /// <param name="options">Tells the engine.</param>
    /// <param name="cancellation">Ends the question.</param>
    /// <returns>That of each image that the engine has, by its reference.</returns>
    /// <exception cref="RunnerException">There is no client, or no engine that answers it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task<IReadOnlyDictionary<string, ImageIdentity>> FindAsync(IReadOnlyList<string> images, StepOptions options, CancellationToken cancellation)
    {
        var engine = EngineProcess.For(options);
        var answer = await engine.AskAsync(["image", "inspect", "--format", ImageIdentity.Format, .. images], cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (answer is null)
        {
            throw new RunnerException(RunnerFailure.DaemonNotRunning, "The engine does not answer.");
        }

        if (answer.ExitCode != 0 && EngineMessages.WhyNoEngine(answer.StandardError) is { } absence)
        {
            throw new RunnerException(absence, answer.StandardError.Trim());
        }

        ImageIdentity[] found = [.. answer.StandardOutput.Split('\n').Select(ImageIdentity.Read).OfType<ImageIdentity>()];

        // Those that there are come in the order of the question; each that there is not has a line of the error.
        string[] there = [.. images.Where(image => answer.ExitCode == 0 || !answer.StandardError.Contains(image, StringComparison.Ordinal))];
        return found.Length == there.Length
            ? there.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second)
            : await OneByOneAsync(engine, images, cancellation).ConfigureAwait(false);
    }

    // A name that is a part of another's leaves it open which of them the error is about.
    private static async Task<IReadOnlyDictionary<string, ImageIdentity>> OneByOneAsync(EngineProcess engine, IReadOnlyList<string> images, CancellationToken cancellation)
    {
        var identities = new Dictionary<string, ImageIdentity>();
        foreach (var image in images)
        {
            var answer = await engine.AskAsync(["image", "inspect", "--format", ImageIdentity.Format, image], cancellation).ConfigureAwait(false);
            if (answer is null)
            {
                // An engine that hangs is waited for once, not once for each image.
                break;
            }

            if (answer.ExitCode == 0 && ImageIdentity.Read(answer.StandardOutput) is { } identity)
            {
                identities[image] = identity;
            }
        }

        return identities;
    }
}
