using System.Text.RegularExpressions;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Parameters;

/// <summary>Where the log file of one run of a step goes.</summary>
internal sealed partial class LogFilePlace
{
    /// <summary>The folder where the project does not say where its <c>obj</c> is, relative to the project.</summary>
    public const string DefaultFolder = $"obj/{Folder}";

    private const string Folder = "docker-exec";

    // Clean knows our logs by this ending, which no other file has.
    private const string Extension = ".docker-exec.log";
    private const int UniqueLength = 8;

    // A younger one may be named in an error of a build that is still on the screen.
    private static readonly TimeSpan LongestStay = TimeSpan.FromHours(1);

    private readonly Lazy<string> _path;

    private LogFilePlace(Lazy<string> path, bool shared) => (_path, Shared) = (path, shared);

    /// <summary>Absolute path.</summary>
    public string Path => _path.Value;

    /// <summary>True for a name that the user gave, which every run of the step uses.</summary>
    public bool Shared { get; }

    /// <summary>A file that the user has named.</summary>
    public static LogFilePlace At(string path) => new(new Lazy<string>(path), shared: true);

    /// <summary>
    /// A file named after project file and line, with a part of its own: of several builds of one project at once (parallel,
    /// or several frameworks) each has another.
    /// </summary>
    /// <param name="folder">Absolute path.</param>
    /// <param name="step">Where the project has the step.</param>
    public static LogFilePlace In(string folder, ProjectPlace step) =>
        new(
            new Lazy<string>(() => System.IO.Path.Combine(
                folder,
                $"{System.IO.Path.GetFileName(step.File)}-{step.Line}-{System.IO.Path.GetRandomFileName()[..UniqueLength]}{Extension}")),
            shared: false);

    /// <summary>The folder of a project, absolute or relative to it.</summary>
    /// <param name="host">The form of paths on the host.</param>
    /// <param name="intermediate">Where the project says that its <c>obj</c> is, with backslashes or as Linux writes it; empty where it does not say.</param>
    public static string FolderIn(HostPaths host, string intermediate) =>
        intermediate.Length == 0 ? DefaultFolder : host.Join(intermediate.Replace('\\', host.Separator), Folder);

    /// <summary>
    /// Removes what earlier runs left: of a shared name the file, else those of failed runs of any step that are older
    /// than an hour. A step that is no longer there, or on another line, would leave its own for ever.
    /// </summary>
    public void RemoveOld()
    {
        try
        {
            if (Shared)
            {
                File.Delete(Path);
                return;
            }

            var folder = new DirectoryInfo(System.IO.Path.GetDirectoryName(Path)!);
            var old = DateTime.UtcNow - LongestStay;
            foreach (var file in folder.Exists ? folder.EnumerateFiles($"*{Extension}") : [])
            {
                if (IsName(file.Name) && file.LastWriteTimeUtc < old)
                {
                    file.Delete();
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed stays; a new log that cannot be written is told of where it would be named.
        }
    }

    /// <summary>Whether a file has the name of a log that was not shared.</summary>
    public static bool IsName(string name) => NameOfOurs().IsMatch(name);

    [GeneratedRegex(@"-[0-9]+-[a-z0-9]{8}\.docker-exec\.log$")]
    private static partial Regex NameOfOurs();
}
