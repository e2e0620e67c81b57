namespace RestrictedRunner;

/// <summary>The images that an engine has.</summary>
internal static class LocalImages
{
    /// <summary>Asks the engine, in one call.</summary>
    /// <returns>Each as <c>name:tag</c>; none when the engine does not answer.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(StepOptions options, CancellationToken cancellation = default)
    {
        try
        {
            var answer = await EngineProcess.For(options).AskAsync(["images", "--format", "{{.Repository}}:{{.Tag}}"], cancellation).ConfigureAwait(false);
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
}
