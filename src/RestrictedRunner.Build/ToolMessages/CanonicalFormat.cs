using System.Collections;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// What <c>Exec</c> recognises, by MSBuild's own reading: <c>file(line,column): error CODE: text</c>,
/// <c>tool : warning : text</c>, and gcc's <c>file:line:column: error: text</c>.
/// </summary>
internal sealed partial class CanonicalFormat
{
    /// <summary>MSBuild's name for "no file": that of the task.</summary>
    public const string NoFile = "DOCKEREXEC";

    private readonly Ear _ear = new();
    private readonly TaskLoggingHelper _log;

    public CanonicalFormat() => _log = new TaskLoggingHelper(_ear, NoFile);

    public ToolMessage? Read(string line)
    {
        _ear.Heard = null;
        _log.LogMessageFromText(line, MessageImportance.Low);
        return _ear.Heard is { } heard ? Named(heard, line) : null;
    }

    private static ToolMessage Named(ToolMessage message, string line) => message with
    {
        Format = MessageFormat.OfExec,
        File = message.File == NoFile ? "" : message.File,

        // For gcc's form MSBuild makes a code up, from a hash that differs in each process.
        Code = MadeUpCode().IsMatch(message.Code) && !line.Contains(message.Code, StringComparison.Ordinal) ? GnuFormat.WarningOption(line) : message.Code,
    };

    [GeneratedRegex("^G[0-9A-F]{8}$")]
    private static partial Regex MadeUpCode();

    /// <summary>The engine of a log that nobody sees.</summary>
    private sealed class Ear : IBuildEngine
    {
        public ToolMessage? Heard { get; set; }

        public bool ContinueOnError => false;

        public int LineNumberOfTaskNode => 0;

        public int ColumnNumberOfTaskNode => 0;

        public string ProjectFileOfTaskNode => "";

        public void LogErrorEvent(BuildErrorEventArgs e) => Heard = new(MessageSeverity.Error, e.Message ?? "")
        {
            Subcategory = e.Subcategory ?? "",
            Code = e.Code ?? "",
            File = e.File ?? "",
            Line = e.LineNumber,
            Column = e.ColumnNumber,
            EndLine = e.EndLineNumber,
            EndColumn = e.EndColumnNumber,
        };

        public void LogWarningEvent(BuildWarningEventArgs e) => Heard = new(MessageSeverity.Warning, e.Message ?? "")
        {
            Subcategory = e.Subcategory ?? "",
            Code = e.Code ?? "",
            File = e.File ?? "",
            Line = e.LineNumber,
            Column = e.ColumnNumber,
            EndLine = e.EndLineNumber,
            EndColumn = e.EndColumnNumber,
        };

        public void LogMessageEvent(BuildMessageEventArgs e)
        {
        }

        public void LogCustomEvent(CustomBuildEventArgs e)
        {
        }

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;
    }
}
