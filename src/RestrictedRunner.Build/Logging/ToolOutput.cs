using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>
/// Logs the lines of output: those in which a tool tells an error or a warning as such, with the host's paths. The order
/// in which the meanings of a line are tried is that of <c>Exec</c>.
/// </summary>
internal sealed class ToolOutput
{
    private readonly TaskLoggingHelper _log;
    private readonly LineMessages _messages;
    private readonly LineRules _rules;
    private readonly Diagnostics _diagnostics;
    private readonly ContainerPaths _paths;
    private readonly ToolMessageReader _standardOutput;
    private readonly ToolMessageReader _standardError;
    private readonly MakeFolders _folders = new();
    private readonly PossibleErrors _possible = new();
    private readonly LastComplaint _complaint = new();
    private int _errors;

    public ToolOutput(TaskLoggingHelper log, StepParameters parameters, Diagnostics diagnostics)
    {
        _log = log;
        _messages = new(log);
        _rules = parameters.Lines;
        _diagnostics = diagnostics;
        var options = parameters.Options;
        _paths = new(parameters.ShownMounts, options.Tmpfs, options.WorkDir, File.Exists);
        _standardOutput = Reader(parameters.StandardOutput);
        _standardError = Reader(parameters.StandardError);

        ToolMessageReader Reader(MessageImportance importance) =>
            new(parameters.ErrorFormats, knownFormats: !parameters.Lines.IgnoreFormats, _folders, _possible, (line, message) => Log(line, message, importance), SlowFormat);
    }

    /// <summary>How many errors there were among the lines, with those that count only if the step fails.</summary>
    public int Errors => _errors + _possible.Added;

    /// <summary>How many warnings there were among the lines.</summary>
    public int Warnings { get; private set; }

    /// <summary>What made errors of lines.</summary>
    public ErrorCauses ErrorCauses { get; private set; }

    /// <summary>Logs the line, or holds it until the next of its stream.</summary>
    public void Read(OutputLine line)
    {
        var isError = line.Stream == OutputStream.StandardError;
        var reader = isError ? _standardError : _standardOutput;
        if (isError)
        {
            _complaint.Pass(line.Text);
        }

        if ((isError && _rules.StandardErrorIsError) || _rules.Error.Matches(line.Text, Problem))
        {
            reader.Finish();
            _messages.Flush();
            ErrorCauses |= isError && _rules.StandardErrorIsError ? ErrorCauses.LogStandardErrorAsError : ErrorCauses.CustomErrorRegularExpression;
            _errors++;
            _log.LogError(line.Text);
        }
        else if (_rules.Warning.Matches(line.Text, Problem))
        {
            reader.Finish();
            _messages.Flush();
            Warnings++;
            _log.LogWarning(line.Text);
        }
        else
        {
            reader.Read(line.Text);
        }
    }

    /// <summary>No more lines have arrived: none waits for others to be logged with.</summary>
    public void CaughtUp() => _messages.Flush();

    /// <summary>At the end of the output: logs the lines that are held.</summary>
    public void Finish()
    {
        _standardOutput.Finish();
        _standardError.Finish();
        _messages.Flush();
    }

    /// <summary>Logs as errors what are errors because the step failed.</summary>
    public void LogPossibleErrors()
    {
        foreach (var message in _possible.Messages)
        {
            Log(message);
        }
    }

    /// <summary>The line of the script that made it fail, when the shell said so.</summary>
    public FailedLine? FailedLine(StepOptions options, int exitCode) =>
        _complaint.For(exitCode) is { } complaint ? Build.FailedLine.For(complaint, options) : null;

    private void Log(string line, ToolMessage? message, MessageImportance importance)
    {
        if (message is null)
        {
            _messages.Add(importance, line);
        }
        else
        {
            Log(message);
        }
    }

    private void Log(ToolMessage message)
    {
        _messages.Flush();
        var m = _paths.OnHost(message);
        var file = m.File.Length == 0 ? CanonicalFormat.NoFile : m.File;
        if (m.Severity == MessageSeverity.Error)
        {
            ErrorCauses |= m.Format == MessageFormat.OfUser ? ErrorCauses.ErrorFormats : ErrorCauses.Format;
            _errors++;
            _log.LogError(m.Subcategory, m.Code, null, file, m.Line, m.Column, m.EndLine, m.EndColumn, m.Text);
        }
        else
        {
            Warnings++;
            _log.LogWarning(m.Subcategory, m.Code, null, file, m.Line, m.Column, m.EndLine, m.EndColumn, m.Text);
        }
    }

    private void Problem(OptionProblem problem)
    {
        _messages.Flush();
        _diagnostics.Problem(problem);
    }

    private void SlowFormat(UserFormat format)
    {
        _messages.Flush();
        _diagnostics.SlowFormat(format.Pattern);
    }
}
