using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.State;

/// <summary>
/// A warning that a step had when it last succeeded. A build that finds the step up to date logs it again: who builds
/// later has to hear of it too, and where it counts as an error the step is not up to date.
/// </summary>
/// <param name="Subcategory">What stands before the word <c>warning</c>.</param>
/// <param name="Code">Of the tool, or ours.</param>
/// <param name="File">Empty for the step's own place in the project.</param>
/// <param name="Numbers">Line and column, and those of the end.</param>
/// <param name="Text">The message.</param>
internal sealed record StepWarning(string Subcategory, string Code, string File, (int Line, int Column, int EndLine, int EndColumn) Numbers, string Text)
{
    // Of a warning of ours.
    private const string OurCodes = "RRB";

    // In front of a path below the project's folder, which may be moved. No file has such a name.
    private const char InProject = '\0';

    /// <summary>The warning of an event.</summary>
    /// <param name="e">The event.</param>
    /// <param name="step">The step's place in the project: its line may be another one by the next build.</param>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    /// <param name="host">The form of paths on the host.</param>
    public static StepWarning Of(BuildWarningEventArgs e, ProjectPlace step, string projectDirectory, HostPaths host)
    {
        var isOfStep = e.File == step.File && e.LineNumber == step.Line;
        return new(
            e.Subcategory ?? "",
            e.Code ?? "",
            isOfStep ? "" : e.File is { } file && host.IsRooted(file) && host.IsAtOrBelow(file, projectDirectory) ? InProject + host.Relative(projectDirectory, file) : e.File ?? "",
            isOfStep ? default : (e.LineNumber, e.ColumnNumber, e.EndLineNumber, e.EndColumnNumber),
            e.Message ?? "");
    }

    /// <summary>True for a warning of ours, which is not among the lines that the step printed.</summary>
    public static bool IsOurs(BuildWarningEventArgs e) => e.Code?.StartsWith(OurCodes, StringComparison.Ordinal) == true;

    /// <summary>Reads a line of <see cref="ToLine"/>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static StepWarning FromLine(string line)
    {
        string[] words = [.. line.Split(' ').Select(Uri.UnescapeDataString)];
        return words.Length == 8
            ? new(words[0], words[1], words[2], (Number(words[3]), Number(words[4]), Number(words[5]), Number(words[6])), words[7])
            : throw new FormatException(line);
    }

    /// <summary>A line of text.</summary>
    public string ToLine()
    {
        object[] words = [Subcategory, Code, File, Numbers.Line, Numbers.Column, Numbers.EndLine, Numbers.EndColumn, Text];
        return string.Join(' ', words.Select(word => Uri.EscapeDataString(string.Create(CultureInfo.InvariantCulture, $"{word}"))));
    }

    /// <summary>True when the build counts it as an error.</summary>
    public bool IsError(IBuildEngine8 build) => build.ShouldTreatWarningAsError(Code);

    /// <summary>Logs it again.</summary>
    public void Log(TaskLoggingHelper log, string projectDirectory, HostPaths host) =>
        log.LogWarning(
            Subcategory,
            Code,
            null,
            File.StartsWith(InProject) ? host.At(projectDirectory, File[1..]) : File,
            Numbers.Line,
            Numbers.Column,
            Numbers.EndLine,
            Numbers.EndColumn,
            "{0}",
            Text);

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
