namespace RestrictedRunner.Images;

/// <summary>The parts of an image's name.</summary>
internal static class ImageName
{
    /// <summary>The name without tag and digest.</summary>
    public static string Repository(string image)
    {
        var name = image.Split('@')[0];
        return name.IndexOf(':', name.LastIndexOf('/') + 1) is >= 0 and var colon ? name[..colon] : name;
    }

    /// <summary>True for a reference in the repository that an image's name stands for.</summary>
    /// <param name="reference">As the engine writes it: Docker leaves out its own registry, and Podman, which may look in several, none.</param>
    /// <param name="image">The name.</param>
    /// <param name="isPodman">Which of them it is.</param>
    public static bool IsOf(string reference, string image, bool isPodman)
    {
        var (full, repository) = (WithoutDockerHub(Repository(reference)), WithoutDockerHub(Repository(image)));
        return full == repository || (isPodman && full.EndsWith($"/{repository}", StringComparison.Ordinal));
    }

    private static string WithoutDockerHub(string repository)
    {
        var name = repository.StartsWith("docker.io/", StringComparison.Ordinal) ? repository["docker.io/".Length..] : repository;
        return name.StartsWith("library/", StringComparison.Ordinal) ? name["library/".Length..] : name;
    }
}
