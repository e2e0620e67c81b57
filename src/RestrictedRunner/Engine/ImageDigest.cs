namespace RestrictedRunner;

/// <summary>What an image reference stands for.</summary>
internal static class ImageDigest
{
    /// <summary>
    /// <c>repository@sha256:…</c>, or the image's id (<c>sha256:…</c>) when it came from no registry. Either is a
    /// reference that stays the same when a tag moves on. Empty when the engine does not have the image or does not answer.
    /// </summary>
    /// <exception cref="RunnerException">There is no client.</exception>
    public static async Task<string> FindAsync(StepOptions options, CancellationToken cancellation)
    {
        var engine = EngineProcess.For(options);
        var answer = await engine.AskAsync(["image", "inspect", "--format", "{{range .RepoDigests}}{{.}} {{end}}{{.Id}}", options.Image], cancellation).ConfigureAwait(false);
        if (answer is not { ExitCode: 0 })
        {
            return "";
        }

        // Podman writes an id without the name of its algorithm.
        var first = answer.StandardOutput.Trim().Split(' ')[0];
        return first.Contains(':', StringComparison.Ordinal) ? first : $"sha256:{first}";
    }
}
