using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Inputs;

/// <summary>What a step has read without declaring it, as its dependency file tells. Bazel calls such inputs discovered.</summary>
internal static class DiscoveredInputs
{
    // Of a step that reads a million files it has less.
    private const long MostBytes = 256 << 20;

    /// <summary>Reads a dependency file.</summary>
    /// <param name="file">Full path of the file.</param>
    /// <param name="mounts">What the container saw of the host. Other files are the image's, which is in the key.</param>
    /// <param name="workDir">The folder of the container in which relative paths start.</param>
    /// <param name="problem">What is wrong with the file; empty when nothing is.</param>
    /// <returns>Full paths of the files and folders of the host that it names and that are there; null when something is wrong.</returns>
    public static IReadOnlyList<string>? Read(string file, MountMap mounts, string workDir, out string problem)
    {
        if (Text(file, out problem) is not { } text || MakeRules.Parse(text, out problem) is not { } rules)
        {
            return null;
        }

        // What is not there was there for a moment only, or is no name: a line of several.
        var paths = rules.Prerequisites.Concat(rules.Lines).Select(name => mounts.OnHost(name.StartsWith('/') ? ContainerPath.Normal(name) : HostPaths.Linux.At(workDir, name)));
        return [.. paths.OfType<string>().Distinct().Where(static path => FileStatus.Of(path) is { IsRegularFile: true } or { IsFolder: true })];
    }

    private static string? Text(string file, out string problem)
    {
        try
        {
            problem = FileStatus.Of(file) switch
            {
                { IsRegularFile: true, Size: <= MostBytes } => "",
                { IsRegularFile: true } => $"it has more than {MostBytes >> 20} MiB",
                _ => "it is no file",
            };
            return problem.Length > 0 ? null : RawName.Decode(NewFile.Read(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"it cannot be read: {e.Message}";
            return null;
        }
    }
}
