using System.Collections;
using Microsoft.Build.Framework;

namespace RestrictedRunner.Tests;

/// <summary>What a task logged: errors and warnings as text, and messages as they are.</summary>
internal sealed class HeardEvents : IBuildEngine
{
    private readonly List<string> _heard;

    public HeardEvents(out List<string> heard) => _heard = heard = [];

    /// <summary>Importance and text of each message.</summary>
    public List<(MessageImportance Importance, string Text)> Messages { get; } = [];

    public bool ContinueOnError => false;

    public int LineNumberOfTaskNode => 0;

    public int ColumnNumberOfTaskNode => 0;

    public string ProjectFileOfTaskNode => "";

    public static string Described(string severity, string? subcategory, string? code, string? file, int line, int column, int endLine, int endColumn, string? text) =>
        $"{severity}|{subcategory}|{code}|{file}|{line},{column},{endLine},{endColumn}|{text}";

    public void LogErrorEvent(BuildErrorEventArgs e) =>
        _heard.Add(Described("Error", e.Subcategory, Known(e.Code), e.File, e.LineNumber, e.ColumnNumber, e.EndLineNumber, e.EndColumnNumber, e.Message));

    public void LogWarningEvent(BuildWarningEventArgs e) =>
        _heard.Add(Described("Warning", e.Subcategory, Known(e.Code), e.File, e.LineNumber, e.ColumnNumber, e.EndLineNumber, e.EndColumnNumber, e.Message));

    public void LogMessageEvent(BuildMessageEventArgs e) => Messages.Add((e.Importance, e.Message!));

    public void LogCustomEvent(CustomBuildEventArgs e)
    {
    }

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;

    private static string? Known(string? code) => code is ['G', _, _, _, _, _, _, _, _] ? "" : code;
}
