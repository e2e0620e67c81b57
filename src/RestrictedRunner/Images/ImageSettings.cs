namespace RestrictedRunner;

/// <summary>What an image brings to a step that does not say otherwise.</summary>
/// <param name="Entrypoint">Program, and its first arguments, that gets what is to run as its further arguments; empty for none.</param>
/// <param name="Variables">Names of environment variables.</param>
internal sealed record ImageSettings(IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Variables)
{
    /// <summary>Those of an image of which nothing is known.</summary>
    public static ImageSettings None { get; } = new([], []);
}
