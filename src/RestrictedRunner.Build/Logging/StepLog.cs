using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Options;
using RestrictedRunner.Output;

namespace RestrictedRunner.Build.Logging;

/// <summary>Writes what a step does into MSBuild's log while it runs.</summary>
/// <param name="log">The task's log.</param>
/// <param name="parameters">Importances of the two streams.</param>
/// <param name="diagnostics">Told of an expression that takes too long.</param>
/// <param name="collect">Keeps the lines for <see cref="DockerExec.ConsoleOutput"/>.</param>
internal sealed class StepLog(TaskLoggingHelper log, StepParameters parameters, Diagnostics diagnostics, bool collect) : IDisposable
{
    // For the rules that say why a step failed: more than an error shows, because what became errors of their own is among them.
    private const int LinesToExplain = 20;

    private readonly List<OutputLine> _collected = [];
    private readonly OutputTail _lastOutput = new(LinesToExplain);
    private readonly OutputTail _lastError = new(LinesToExplain);
    private readonly UntoldLines _untoldOutput = new();
    private readonly UntoldLines _untoldError = new();
    private readonly LogFile _file = new(parameters.LogFile);

    /// <summary>The collected lines.</summary>
    public IReadOnlyList<OutputLine> Collected => _collected;

    /// <summary>Reads the output for errors, and knows why the command failed.</summary>
    public ToolOutput Tools { get; } = new(log, parameters, diagnostics);

    /// <summary>What the runner tells; the container's name is for the caller.</summary>
    public RunObserver Observer(Action<string> onStarting, Action<OutputLine>? recorder = null) => new() { Output = recorder is null ? Output : recorder + Output, CaughtUp = Tools.CaughtUp, Starting = onStarting, PullProgress = Message, EngineRemark = Message, FilesTransferred = Transferred, Detail = Detail, CommandLine = CommandLine };

    /// <summary>The command as the user wrote it.</summary>
    public void Echo(StepOptions options) => log.LogCommandLine(MessageImportance.High, Text(options));

    /// <summary>That a failure was not taken for one, in the words of <c>Exec</c>.</summary>
    public void IgnoredExitCode(StepOptions options, int exitCode) =>
        log.LogMessage(MessageImportance.Normal, "The command \"{0}\" exited with code {1}.", Text(options), exitCode);

    /// <summary>When the step has failed: logs the errors that count because of it, and keeps the file with all output, for an error to name.</summary>
    public KeptOutput EndFailed()
    {
        Tools.Finish();
        var causes = Tools.ErrorCauses;
        var untold = LastLines.Of(_untoldOutput.End(ErrorsOfBoth), _untoldError.End(Tools.ErrorsOf(OutputStream.StandardError)));
        Tools.LogPossibleErrors();
        IReadOnlyList<string> lastLines = [.. _lastError.Lines, .. _lastOutput.Lines];
        var kept = lastLines.Count == 0 ? KeptOutput.None : new(lastLines, parameters.LogFile.Path, _file.Keep(), causes) { Untold = untold };
        return kept with { DisplayMounts = parameters.DisplayMounts };
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private int ErrorsOfBoth => Tools.ErrorsOf(OutputStream.StandardOutput) + Tools.ErrorsOf(OutputStream.StandardError);

    private void Output(OutputLine line)
    {
        // Colours would hide an error from MSBuild and litter log files.
        var text = PlainText.Of(line.Text);
        _file.Add(text);
        Tools.Read(line with { Text = text });
        if (line.Stream == OutputStream.StandardError)
        {
            // What standard output had before an error of standard error is as old as that.
            _lastError.Add(text);
            _untoldError.Add(text, Tools.ErrorsOf(line.Stream), Tools.WarningsOf(line.Stream));
            _untoldOutput.Forget(ErrorsOfBoth);
        }
        else
        {
            _lastOutput.Add(text);
            _untoldOutput.Add(text, ErrorsOfBoth, Tools.WarningsOf(line.Stream));
        }

        if (parameters.Lines.StandardErrorIsError && line.Stream == OutputStream.StandardError)
        {
            return;
        }

        if (collect && !string.IsNullOrWhiteSpace(text))
        {
            _collected.Add(line with { Text = text });
        }
    }

    // Who writes a secret into the command has it in the project; it need not be in the log too.
    private string Text(StepOptions options) => diagnostics.Masked(options.Arguments.Count > 0 ? ShellWords.Join(options.Arguments) : options.Command);

    // As it is: "WARNING: …" of the engine is no warning of the step.
    private void Message(string line) => log.LogMessage(MessageImportance.High, line);

    private void Detail(string line) => log.LogMessage(MessageImportance.Low, line);

    private void Transferred(string text) => log.LogMessage(MessageImportance.Normal, text);

    private void CommandLine(IReadOnlyList<string> words) => log.LogMessage(MessageImportance.Low, diagnostics.Masked(ShellWords.Join(words)));
}
