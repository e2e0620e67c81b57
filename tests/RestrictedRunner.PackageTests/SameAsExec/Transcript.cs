using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Logging.StructuredLogger;

namespace RestrictedRunner.PackageTests.SameAsExec;

/// <summary>What a binary log tells of the projects in it, one line an event: kind, importance or code, place, text.</summary>
internal static partial class Transcript
{
    private static readonly string[] Tasks = ["Exec", "DockerExec", "Message"];

    private static readonly string[] Ends = ["\n   at ", " loaded from assembly: ", "\ndocker: ", "\nexec: "];

    /// <summary>The lines of each project, by the name of its file; in them it is called <c>step.proj</c>.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Read(string log, string folder)
    {
        var projects = new Dictionary<(int, int), string>();
        var tasks = new HashSet<(int, int, int)>();
        var lines = new Dictionary<string, List<string>>();
        foreach (var e in BinaryLog.ReadRecords(log).Select(record => record.Args).OfType<BuildEventArgs>())
        {
            if (e.BuildEventContext is not { } context)
            {
                continue;
            }

            var project = (context.NodeId, context.ProjectContextId);
            var task = (context.NodeId, context.ProjectContextId, context.TaskId);
            if (e is ProjectStartedEventArgs started && !projects.ContainsKey(project))
            {
                projects.Add(project, Path.GetFileName(started.ProjectFile!));
                lines.TryAdd(projects[project], []);
            }
            else if (e is TaskStartedEventArgs { TaskName: var name } && Tasks.Contains(name))
            {
                tasks.Add(task);
            }
            else if (projects.TryGetValue(project, out var file) && Line(e, tasks.Contains(task)) is { } line)
            {
                lines[file].Add(Neutral(line.Replace(file, "step.proj", StringComparison.Ordinal), folder));
            }
        }

        return lines.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)pair.Value);
    }

    private static string? Line(BuildEventArgs e, bool isOfTask) => e switch
    {
        BuildErrorEventArgs error => $"error {error.Code} {Place(error.File, error.LineNumber, error.ColumnNumber, error.EndLineNumber, error.EndColumnNumber)} {error.Subcategory}: {Text(e)}",
        BuildWarningEventArgs warning => $"warning {warning.Code} {Place(warning.File, warning.LineNumber, warning.ColumnNumber, warning.EndLineNumber, warning.EndColumnNumber)} {warning.Subcategory}: {Text(e)}",
        TaskParameterEventArgs => null,
        TaskCommandLineEventArgs command when isOfTask => $"command {command.Importance}: {Text(e)}",
        BuildMessageEventArgs message when isOfTask && message.GetType() == typeof(BuildMessageEventArgs) => $"message {message.Importance}: {Text(e)}",
        TaskFinishedEventArgs finished when isOfTask => $"task {(finished.Succeeded ? "succeeded" : "failed")}",
        ProjectFinishedEventArgs finished => $"project {(finished.Succeeded ? "succeeded" : "failed")}",
        _ => null,
    };

    private static string Place(string? file, int line, int column, int endLine, int endColumn)
    {
        var end = endLine == 0 && endColumn == 0 ? "" : $"-{endLine},{endColumn}";
        return $"{Path.GetFileName(file)}({line},{column}{end})";
    }

    // A stack trace, MSBuild's advice and the engine's own words are another thing on each machine.
    private static string Text(BuildEventArgs e) => Ends.Aggregate(e.Message!, (text, end) => text.Split(end)[0]).TrimEnd('\n');

    // Names that are new in each run.
    private static string Neutral(string line, string folder) =>
        LogFile().Replace(Script().Replace(line, "SCRIPT"), "$1-UNIQUE.docker-exec.log").Replace(folder, "PROJECT", StringComparison.Ordinal);

    [GeneratedRegex(@"/usr/bin/sh: \d+: \S+\.exec\.cmd|/\S+/tmp[0-9a-f]{32}\.sh")]
    private static partial Regex Script();

    [GeneratedRegex(@"(/obj/docker-exec/\S+)-[a-z0-9]{8}\.docker-exec\.log")]
    private static partial Regex LogFile();
}
