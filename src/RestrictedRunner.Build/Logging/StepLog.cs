using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>Writes what a step does into MSBuild's log while it runs.</summary>
/// <param name="log">The task's log.</param>
/// <param name="parameters">Importances of the two streams.</param>
/// <param name="collect">Keeps the lines for <see cref="DockerExec.ConsoleOutput"/>.</param>
internal sealed class StepLog(TaskLoggingHelper log, StepParameters parameters, bool collect)
{
    private const int LinesInAnError = 20;

    private readonly List<ITaskItem> _collected = [];
    private readonly ToolOutput _tools = new(log, parameters);

    /// <summary>The lines that an error quotes.</summary>
    public OutputTail Tail { get; } = new(LinesInAnError);

    /// <summary>The collected lines.</summary>
    public ITaskItem[] Collected => [.. _collected];

    /// <summary>What the output says about why the command failed.</summary>
    public ToolOutput Tools => _tools;

    /// <summary>What the runner tells.</summary>
    public RunObserver Observer() => new() { Output = Output, PullProgress = Message, EngineRemark = Message, CommandLine = CommandLine };

    /// <summary>The command as the user wrote it.</summary>
    public void Echo(StepOptions options) =>
        log.LogCommandLine(MessageImportance.High, options.Arguments.Count > 0 ? ShellWords.Join(options.Arguments) : options.Command);

    private void Output(OutputLine line)
    {
        // Colours would hide an error from MSBuild and litter log files.
        var text = PlainText.Of(line.Text);
        Tail.Add(text);
        _tools.Read(line with { Text = text });
        if (collect && !string.IsNullOrWhiteSpace(text))
        {
            _collected.Add(ParameterReader.OutputItem(line with { Text = text }));
        }
    }

    // As it is: "WARNING: …" of the engine is no warning of the step.
    private void Message(string line) => log.LogMessage(MessageImportance.High, line);

    private void CommandLine(IReadOnlyList<string> words) => log.LogMessage(MessageImportance.Low, ShellWords.Join(words));
}
