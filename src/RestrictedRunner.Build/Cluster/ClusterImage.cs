namespace RestrictedRunner.Build.Cluster;

/// <summary>The image of a step as a cluster finds it.</summary>
/// <param name="Reference"><c>registry/repository@sha256:…</c>.</param>
internal sealed record ClusterImage(string Reference)
{
    // What engines leave out of names, and a cluster's workers need not know.
    private const string DockerHub = "docker.io";
    private const string Official = "library";
    private const string OwnRegistry = "localhost/";
    private const string Digest = "@sha256:";

    /// <summary>Variables that the image sets; null where they are not known here.</summary>
    public IReadOnlyList<EnvironmentVariable>? Variables { get; init; }

    /// <summary>The image's own entry point.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>The whole reference.</summary>
    /// <param name="reference">As an engine or a project writes it.</param>
    /// <returns>Null for an image that no registry has, as far as that is known.</returns>
    public static string? Whole(string reference)
    {
        var at = reference.IndexOf(Digest, StringComparison.Ordinal);
        if (at <= 0 || reference.StartsWith(OwnRegistry, StringComparison.Ordinal))
        {
            return null;
        }

        // A tag beside a digest says nothing.
        var name = RestrictedRunner.Images.ImageName.Repository(reference[..at]);
        var first = name.Split('/')[0];
        var isRegistry = name.Contains('/', StringComparison.Ordinal) && (first.AsSpan().IndexOfAny('.', ':') >= 0 || first == "localhost");
        var whole = isRegistry ? name : name.Contains('/', StringComparison.Ordinal) ? $"{DockerHub}/{name}" : $"{DockerHub}/{Official}/{name}";
        return whole + reference[at..];
    }

    /// <summary>A variable as an image has it, <c>name=value</c>.</summary>
    public static EnvironmentVariable Variable(string text) => text.IndexOf('=', StringComparison.Ordinal) is >= 0 and var equals ? new(text[..equals], text[(equals + 1)..]) : new(text, "");
}
