using System.Text.Json;
using System.Text.Json.Serialization;

namespace RestrictedRunner;

/// <summary>What an image brings to a step that does not say otherwise.</summary>
/// <param name="Entrypoint">Program, and its first arguments, that gets what is to run as its further arguments; empty for none.</param>
/// <param name="Variables">Names of environment variables.</param>
internal sealed record ImageSettings(IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Variables)
{
    /// <summary>Those of an image of which nothing is known.</summary>
    public static ImageSettings None { get; } = new([], []);

    /// <summary>Asks the engine.</summary>
    /// <returns><see cref="None"/> when it does not have the image or does not answer.</returns>
    /// <exception cref="RunnerException">There is no client.</exception>
    public static async Task<ImageSettings> FindAsync(StepOptions options, CancellationToken cancellation)
    {
        var engine = EngineProcess.For(options);
        var answer = await engine.AskAsync(["image", "inspect", "--format", "{{json .Config}}", options.Image], cancellation).ConfigureAwait(false);
        return answer is { ExitCode: 0 } ? Read(answer.StandardOutput) : None;
    }

    /// <summary>Reads an image's <c>Config</c>: https://github.com/opencontainers/image-spec/blob/main/config.md</summary>
    public static ImageSettings Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<Config>(json) is { } config
                ? new(config.Entrypoint ?? [], [.. (config.Variables ?? []).Select(variable => variable.Split('=')[0])])
                : None;
        }
        catch (JsonException)
        {
            return None;
        }
    }

    private sealed record Config(string[]? Entrypoint, [property: JsonPropertyName("Env")] string[]? Variables);
}
