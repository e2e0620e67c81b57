using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Shells;

/// <summary>The command that opens a shell where a step runs, to be copied from an error.</summary>
internal static class ShellCommand
{
    private static readonly string[] ProjectEndings = ["proj", ".sln", ".slnx", ".slnf"];

    // Other properties may hold what is nobody's business, and what MSBuild adds is long.
    private static readonly (string Name, string Default)[] Repeated = [("TargetFramework", ""), ("Configuration", "Debug"), ("Platform", "AnyCPU"), ("RuntimeIdentifier", "")];

    /// <summary>Its text, for the shell that the build was started from.</summary>
    /// <param name="step">Name of the step.</param>
    /// <param name="project">Full path of the project's file.</param>
    /// <param name="startedIn">Full path of the folder that the build was started in; empty when that is not known.</param>
    /// <param name="globalProperties">Properties that the build was given.</param>
    /// <param name="host">The machine.</param>
    public static string Of(string step, string project, string startedIn, IReadOnlyDictionary<string, string> globalProperties, Host host)
    {
        IEnumerable<string> words =
        [
            "dotnet",
            "build",
            .. IsFoundWithoutName(project, startedIn, host.Paths) ? Array.Empty<string>() : [NameOf(project, startedIn, host.Paths)],
            "-t:DockerExecShell",
            Property("Step", step),
            .. Repeated.Where(property => globalProperties.TryGetValue(property.Name, out var value) && value.Length > 0 && value != property.Default).Select(property => Property(property.Name, globalProperties[property.Name])),
        ];
        return string.Join(' ', words.Select(word => host.IsWindows ? WindowsWord(word) : ShellWords.Join([word])));
    }

    // What MSBuild reads as the end of a value, or as a character's code.
    private static string Property(string name, string value) =>
        $"-p:{name}={value.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal)}";

    private static bool IsFoundWithoutName(string project, string startedIn, HostPaths paths) =>
        startedIn.Length > 0
        && paths.Comparer.Equals(paths.Parent(project), paths.Trimmed(startedIn))
        && Directory.EnumerateFiles(startedIn).Count(file => ProjectEndings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase))) == 1;

    private static string NameOf(string project, string startedIn, HostPaths paths) =>
        startedIn.Length > 0 && paths.IsAtOrBelow(project, startedIn) ? paths.Relative(startedIn, project) : project;

    private static string WindowsWord(string word) => word.Any(c => char.IsWhiteSpace(c) || "&|<>^()'".Contains(c, StringComparison.Ordinal)) ? $"\"{word}\"" : word;
}
