using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Reports;

/// <summary>
/// The steps of a build, for its report. MSBuild keeps it until the build's end, in each of its nodes. Each node has a folder for the
/// steps of its projects. At the end, when no node builds any more, each reads the folders of all nodes and writes the reports
/// of its own projects; the last one that has done so removes the folders.
/// </summary>
internal sealed class ReportedBuild : IDisposable
{
    private const string Page = "report.html";
    private const string Trace = "report.trace.json";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly object _lock = new();
    private readonly HashSet<string> _places = [];
    private readonly Host _host;
    private readonly string _ending;
    private readonly string _folder;

    private ReportedBuild(Host host, string id)
    {
        _host = host;
        _ending = $"-report-{id}";

        // What a build leaves that is killed goes like other temporary folders, whose names begin in this way.
        _folder = $"{RunFiles.NewFolder(host)}{_ending}";
    }

    /// <summary>That of a build; null where MSBuild is too old to keep one.</summary>
    /// <param name="engine">The build.</param>
    /// <param name="project">Full path of the project that <see cref="BuildId"/> asks.</param>
    /// <param name="host">The machine that builds.</param>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "MSBuild disposes of the one that it keeps; another one is empty.")]
    public static ReportedBuild? Of(IBuildEngine engine, string project, Host host)
    {
        var key = typeof(ReportedBuild).FullName!;
        if (engine is not IBuildEngine4 build)
        {
            return null;
        }

        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null)
        {
            // Of several at once, MSBuild keeps the first.
            build.RegisterTaskObject(key, new ReportedBuild(host, BuildId.Of(engine, project)), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        return (ReportedBuild)build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build);
    }

    /// <summary>Adds the steps of a project.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="place">Full path of the folder that the report goes to.</param>
    /// <returns>Full path of the page that will be there at the build's end.</returns>
    /// <exception cref="IOException">The steps cannot be written down.</exception>
    public string Add(IReadOnlyList<ReportedStep> steps, string place)
    {
        lock (_lock)
        {
            _places.Add(place);
            UnixMode.CreateFolder(_folder, OwnerOnly);
            File.AppendAllLines(Path.Combine(_folder, RunFiles.StepsOfNode), [BuildReport.PartOf(steps)]);
        }

        return Path.Combine(place, Page);
    }

    /// <summary>Writes the reports.</summary>
    public void Dispose()
    {
        try
        {
            if (!Directory.Exists(_folder))
            {
                return;
            }

            var report = BuildReport.Of(Folders().SelectMany(static folder => File.ReadLines(Path.Combine(folder, RunFiles.StepsOfNode))).SelectMany(BuildReport.ReadPart));
            var (page, trace) = (Encoding.UTF8.GetBytes(ReportPage.Of(report)), TraceEvents.Of(report));
            foreach (var place in _places)
            {
                Write(Path.Combine(place, Page), page);
                Write(Path.Combine(place, Trace), trace);
            }

            File.WriteAllBytes(Path.Combine(_folder, RunFiles.ReportOfNodeWritten), []);
            if (Array.TrueForAll(Folders(), static folder => File.Exists(Path.Combine(folder, RunFiles.ReportOfNodeWritten))))
            {
                Array.ForEach(Folders(), RunFiles.RemoveFolder);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody is left who could be told. Another node that has ended last has removed the folders.
        }
    }

    private string[] Folders() => Directory.GetDirectories(Path.GetDirectoryName(_folder)!, $"{RunFiles.FolderPrefix}*{_ending}");

    private static void Write(string file, byte[] content)
    {
        using var written = NewFile.Beside(file);
        written?.Save(file, content);
    }
}
