namespace RestrictedRunner.Build;

/// <summary>Tells of a file that a failed command did not find, because a symbolic link leads out of what is mounted.</summary>
internal static class LinkedPath
{
    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    /// <param name="options">The step.</param>
    /// <param name="lastLines">The last lines of its output.</param>
    public static string Hint(StepOptions options, string lastLines)
    {
        var paths = new ContainerPaths(options.Mounts, options.Tmpfs, options.WorkDir, Path.Exists);
        return lastLines.Split('\n').Where(Complaint.IsOfAbsence)
            .SelectMany(line => Complaint.Paths(line, options.WorkDir))
            .Where(path => options.Mounts.Any(mount => HostFolder.IsAtOrBelow(path.InContainer, mount.ContainerPath)))
            .Select(path => paths.OnHost(path.InContainer))
            .Select(file => (File: file, Target: TargetOf(file)))
            .Where(link => link.Target is not null && Path.Exists(link.Target) && !options.Mounts.Any(mount => HostFolder.IsAtOrBelow(link.Target, mount.HostPath)))
            .Select(link => $"'{link.File}' is a link to '{link.Target}', which no mount shows.")
            .FirstOrDefault("");
    }

    private static string? TargetOf(string file)
    {
        try
        {
            return LinkTarget.Of(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
