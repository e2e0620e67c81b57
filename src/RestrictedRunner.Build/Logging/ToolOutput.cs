using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.ToolMessages;

namespace RestrictedRunner.Build.Logging;

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
    private readonly MessageFiles _files;
    private readonly ToolMessageReader _standardOutput;
    private readonly ToolMessageReader _standardError;
    private readonly MakeFolders _folders = new();
    private readonly PossibleErrors _possible = new();
    private readonly LastComplaint _complaint = new();
    private readonly (int Errors, int Warnings)[] _ofStream = new (int Errors, int Warnings)[2];
    private int _errors;
    private int _warnings;

    public ToolOutput(TaskLoggingHelper log, StepParameters parameters, Diagnostics diagnostics)
    {
        _log = log;
        _messages = new(log);
        _rules = parameters.Lines;
        _diagnostics = diagnostics;
        var options = parameters.Options;
        _files = new(new(parameters.Host.Paths, parameters.DisplayMounts, options.Tmpfs), options.WorkDir, File.Exists);
        _standardOutput = Reader(parameters.StandardOutput);
        _standardError = Reader(parameters.StandardError);

        ToolMessageReader Reader(MessageImportance importance) =>
            new(parameters.ErrorFormats, knownFormats: !parameters.Lines.IgnoreFormats, _folders, _possible, (line, message) => Log(line, message, importance), SlowFormat);
    }

    /// <summary>How many errors there were among the lines of a stream, with those that count only if the step fails.</summary>
    public int ErrorsOf(OutputStream stream) => _ofStream[(int)stream].Errors;

    /// <summary>How many warnings there were among the lines of a stream.</summary>
    public int WarningsOf(OutputStream stream) => _ofStream[(int)stream].Warnings;

    /// <summary>What made errors of lines.</summary>
    public ErrorCauses ErrorCauses { get; private set; }

    /// <summary>Logs the line, or holds it until the next of its stream.</summary>
    public void Read(OutputLine line) => Count(line.Stream, () => ReadLine(line));

    /// <summary>No more lines have arrived: none waits for others to be logged with.</summary>
    public void CaughtUp() => _messages.Flush();

    /// <summary>At the end of the output: logs the lines that are held.</summary>
    public void Finish()
    {
        Count(OutputStream.StandardOutput, _standardOutput.Finish);
        Count(OutputStream.StandardError, _standardError.Finish);
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
        _complaint.For(exitCode) is { } complaint ? ToolMessages.FailedLine.For(complaint, options) : null;

    private void ReadLine(OutputLine line)
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
            _warnings++;
            _log.LogWarning(line.Text);
        }
        else
        {
            reader.Read(line.Text);
        }
    }

    // Whatever the stream's lines have become.
    private void Count(OutputStream stream, Action read)
    {
        var (errors, warnings) = (_errors + _possible.Added, _warnings);
        read();
        var before = _ofStream[(int)stream];
        _ofStream[(int)stream] = (before.Errors + _errors + _possible.Added - errors, before.Warnings + _warnings - warnings);
    }

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
        var m = _files.OnHost(message);
        var file = m.File.Length == 0 ? CanonicalFormat.NoFile : m.File;
        if (m.Severity == MessageSeverity.Error)
        {
            ErrorCauses |= m.Format == MessageFormat.OfUser ? ErrorCauses.ErrorFormats : ErrorCauses.Format;
            _errors++;
            _log.LogError(m.Subcategory, m.Code, null, file, m.Line, m.Column, m.EndLine, m.EndColumn, m.Text);
        }
        else
        {
            _warnings++;
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
