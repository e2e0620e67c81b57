using System.Collections;
using Microsoft.Build.Framework;

namespace RestrictedRunner.Tests;

/// <summary>Errors and warnings that a task logged, as text.</summary>
internal sealed class HeardEvents : IBuildEngine
{
    private readonly List<string> _heard;

    public HeardEvents(out List<string> heard) => _heard = heard = [];

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

    public void LogMessageEvent(BuildMessageEventArgs e)
    {
    }

    public void LogCustomEvent(CustomBuildEventArgs e)
    {
    }

    public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;

    private static string? Known(string? code) => code is ['G', _, _, _, _, _, _, _, _] ? "" : code;
}
