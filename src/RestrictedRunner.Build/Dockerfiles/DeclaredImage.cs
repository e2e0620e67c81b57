using RestrictedRunner.Build.MSBuild;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>An image as a <c>DockerImage</c> item declares it that is built from a Dockerfile.</summary>
/// <param name="Name">The item's identity, which <c>Image</c> of a step or task names.</param>
/// <param name="Place">Where the project declares it.</param>
internal sealed record DeclaredImage(string Name, ProjectPlace Place)
{
    /// <summary>Full path of the Dockerfile.</summary>
    public required string Dockerfile { get; init; }

    /// <summary>Full path of the folder whose files it may copy.</summary>
    public required string Context { get; init; }

    /// <summary>Build arguments by their names.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();

    /// <summary>Stage to build; empty for the last.</summary>
    public string Target { get; init; } = "";

    /// <summary>Platform of the image; empty for the engine's.</summary>
    public string Platform { get; init; } = "";

    /// <summary>All that is wrong with the item.</summary>
    public IReadOnlyList<OptionProblem> Problems { get; init; } = [];

    /// <summary>Names of metadata that there are not.</summary>
    public IReadOnlyList<string> Unknown { get; init; } = [];
}
