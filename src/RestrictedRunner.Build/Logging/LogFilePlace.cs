using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>Where the log file of one run of a step goes.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Shared">True for a name that the user gave, which every run of the step uses.</param>
internal sealed partial record LogFilePlace(string Path, bool Shared)
{
    private const string Extension = ".log";
    private const int UniqueLength = 8;

    // A younger one may be named in an error of a build that is still on the screen.
    private static readonly TimeSpan LongestStay = TimeSpan.FromHours(1);

    /// <summary>
    /// A file below <c>obj</c>, named after project file and line, with a part of its own: of several builds of one
    /// project at once (parallel, or several frameworks) each has another.
    /// </summary>
    public static LogFilePlace For(string projectDirectory, string projectFile, int line) =>
        new(
            System.IO.Path.Combine(
                projectDirectory,
                "obj",
                "docker-exec",
                $"{System.IO.Path.GetFileName(projectFile)}-{line}-{System.IO.Path.GetRandomFileName()[..UniqueLength]}{Extension}"),
            Shared: false);

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

    [GeneratedRegex(@"-[0-9]+-[a-z0-9]{8}\.log$")]
    private static partial Regex NameOfOurs();
}
