namespace RestrictedRunner.Build;

/// <summary>Tells of a file that a command could not make because its folder is not there.</summary>
internal static class AbsentFolder
{
    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    /// <param name="options">The step.</param>
    /// <param name="lastLines">The last lines of its output.</param>
    /// <param name="exists">Tells whether the host has a file or folder.</param>
    public static string Hint(StepOptions options, string lastLines, Func<string, bool> exists)
    {
        var paths = new ContainerPaths(options.Mounts, options.Tmpfs, options.WorkDir, exists);
        var folder = lastLines.Split('\n')
            .Where(line => Complaint.IsOfAbsence(line) && line.Contains("create", StringComparison.OrdinalIgnoreCase))
            .SelectMany(line => Complaint.Paths(line, options.WorkDir))
            .Where(path => path.Name.LastIndexOf('/') > 0)
            .Select(path => path with { Name = path.Name[..path.Name.LastIndexOf('/')] })
            .FirstOrDefault(path => IsAbsent(path.Name));
        return folder is null ? "" : $"The folder '{folder.Name}' is not there: let the command make it, by mkdir -p.";

        // Of what no mount shows nothing is known.
        bool IsAbsent(string name)
        {
            var inContainer = ContainerPaths.Normal(name.StartsWith('/') ? name : $"{options.WorkDir}/{name}");
            return options.Mounts.Any(mount => HostFolder.IsAtOrBelow(inContainer, mount.ContainerPath)) && !exists(paths.OnHost(inContainer));
        }
    }
}
