using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Parameters;

/// <summary>Paths as Windows writes them, in text that is split as a shell of Linux does.</summary>
internal static partial class WindowsPath
{
    /// <summary>Options of <c>docker run</c> in which a path keeps its backslashes: <c>-v C:\data:/d</c>.</summary>
    /// <param name="dockerRunOpts">The options. What begins with no drive and no server means what it does on Linux.</param>
    public static string Escaped(string dockerRunOpts) =>
        Parts().Replace(dockerRunOpts, part => part.Value[0] != '\'' && Rooted().IsMatch(part.Value) ? part.Value.Replace(@"\", @"\\", StringComparison.Ordinal) : part.Value);

    /// <summary>The first path of Windows in a script; null when there is none.</summary>
    /// <param name="script">Text for a shell.</param>
    /// <param name="host">The form of paths on the host. Only that of Windows is looked for.</param>
    /// <param name="project">Full path of the project's folder.</param>
    /// <param name="isFolder">Tells whether there is a folder.</param>
    public static string? FirstIn(string script, HostPaths host, string project, Predicate<string> isFolder) =>
        !host.HasDrives || !script.Contains('\\', StringComparison.Ordinal) ? null
        : Paths().Matches(script).Select(match => match.Text("path"))
            .FirstOrDefault(path => Rooted().IsMatch(path) || path.StartsWith('.') || isFolder(host.Join(project, path.Split('\\')[0])));

    /// <summary>A mount of which both paths are of Windows, <c>C:\src:C:\src[:ro]</c>; null when it is none.</summary>
    public static Mount? MountIn(string text) =>
        OfBoth().Match(text) is { Success: true } match ? new(match.Text("host"), match.Text("container"), match.Text("mode") == ":ro") : null;

    // Quoted, or up to the next blank or quote.
    [GeneratedRegex("""'[^']*'|"[^"]*"|[^\s'"]+""")]
    private static partial Regex Parts();

    // Behind a letter or a colon it is a part of something longer: "http:\\".
    [GeneratedRegex(@"(?<![A-Za-z0-9\\:])([A-Za-z]:\\|\\\\[A-Za-z0-9])")]
    private static partial Regex Rooted();

    [GeneratedRegex(@"\A(?<host>([A-Za-z]:)?[^:]+):(?<container>([A-Za-z]:[\\/]|\\\\)[^:]*)(?<mode>:r[ow])?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex OfBoth();

    // A path with a drive, of a server, from here or above, or from a folder of the project.
    [GeneratedRegex(@"(?<![\w\\./:$%-])(?<path>([A-Za-z]:\\|\\\\[\w.$-]+\\|\.{1,2}\\)[^\s'""|;&<>()]*|[\w.@-]+(\\[\w.@-]+)+\\?)", RegexOptions.ExplicitCapture)]
    private static partial Regex Paths();
}
