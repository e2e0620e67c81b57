using System.Xml;
using System.Xml.Linq;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.ToolMessages;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>Finds in a project file where a line of a task's parameter is written.</summary>
internal static class ProjectText
{
    /// <summary>The line with its place in the file of the task, if it can be told.</summary>
    public static FailedLine Find(FailedLine line, StepOptions options, IBuildEngine task)
    {
        string project;
        try
        {
            project = File.ReadAllText(task.ProjectFileOfTaskNode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A project that is in memory only.
            return line;
        }

        var value = line.Parameter == nameof(options.Command) ? options.Command : options.PrepareCommand;
        return LineOf(project, task.LineNumberOfTaskNode, line.Parameter, value, line.Line) is { } fileLine
            ? line with { File = task.ProjectFileOfTaskNode, FileLine = fileLine }
            : line;
    }

    /// <summary>True when the task's element takes an output, or that cannot be told.</summary>
    /// <param name="task">The build, as the task sees it.</param>
    /// <param name="output">Name of the output.</param>
    public static bool TakesOutput(IBuildEngine task, string output)
    {
        try
        {
            return XElement.Load(task.ProjectFileOfTaskNode, LoadOptions.SetLineInfo).Descendants()
                .Where(element => IsTask(element.Name.LocalName) && Line(element) == task.LineNumberOfTaskNode)
                .ToList() is not [var only]
                || only.Elements().SelectMany(element => element.Attributes()).Any(attribute => IsName(attribute.Name.LocalName, "TaskParameter") && IsName(attribute.Value, output));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or XmlException)
        {
            return true;
        }
    }

    /// <summary>Line of the file, from 1; null when it cannot be told for sure.</summary>
    /// <param name="project">The file's text.</param>
    /// <param name="taskLine">Line of the task's element.</param>
    /// <param name="parameter">Name of the parameter.</param>
    /// <param name="value">The parameter's value.</param>
    /// <param name="valueLine">Line of the value, from 1.</param>
    public static int? LineOf(string project, int taskLine, string parameter, string value, int valueLine)
    {
        XElement root;
        try
        {
            root = XElement.Parse(project, LoadOptions.SetLineInfo | LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            return null;
        }

        var tasks = root.Descendants().Where(element => IsTask(element.Name.LocalName) && Line(element) == taskLine).ToList();
        var attribute = tasks.Count == 1 ? tasks[0].Attributes().SingleOrDefault(attribute => IsName(attribute.Name.LocalName, parameter)) : null;
        if (attribute is null)
        {
            return null;
        }

        var text = attribute.Value.Trim();
        if (text.StartsWith("$(", StringComparison.Ordinal) && text.IndexOf(')', StringComparison.Ordinal) == text.Length - 1)
        {
            return LineOfProperty(root, text[2..^1], value, valueLine);
        }

        var lines = AttributeText.Lines(project, Line(attribute), ((IXmlLineInfo)attribute).LinePosition);
        var isLiteral = !text.Contains("$(", StringComparison.Ordinal) && !text.Contains("@(", StringComparison.Ordinal) && !text.Contains("%(", StringComparison.Ordinal);
        return lines.Count == value.Split('\n').Length && valueLine <= lines.Count && (isLiteral || lines.Count == 1) ? lines[valueLine - 1] : null;
    }

    private static int? LineOfProperty(XElement root, string name, string value, int valueLine)
    {
        var properties = root.Descendants().Where(element => IsName(element.Name.LocalName, name)).ToList();
        if (properties.Count != 1 || !IsName(properties[0].Parent!.Name.LocalName, "PropertyGroup"))
        {
            return null;
        }

        // MSBuild drops white space around CDATA. A value with other properties in it may have more lines than are here.
        var texts = properties[0].Nodes().OfType<XText>().ToList();
        var lines = value.Split('\n').Length;
        return new[] { texts, [.. texts.Where(text => !string.IsNullOrWhiteSpace(text.Value))] }
            .Select(Lines)
            .Where(found => found.Count == lines && valueLine <= lines)
            .Select(found => (int?)found[valueLine - 1])
            .FirstOrDefault();
    }

    // For each line of the nodes' joined text, the line of the file that it starts on.
    private static List<int> Lines(IEnumerable<XText> texts)
    {
        var lines = new List<int>();
        foreach (var text in texts)
        {
            var start = Line(text);
            var count = text.Value.Split('\n').Length;
            lines.AddRange(Enumerable.Range(start, count).Skip(lines.Count == 0 ? 0 : 1));
        }

        return lines;
    }

    private static int Line(IXmlLineInfo node) => node.LineNumber;

    // A task may be named with its namespace.
    private static bool IsTask(string name) => IsName(name, "DockerExec") || IsName(name, "DockerExecStep") || name.EndsWith(".DockerExec", StringComparison.OrdinalIgnoreCase);

    private static bool IsName(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
