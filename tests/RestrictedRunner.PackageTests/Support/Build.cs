using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using Microsoft.Build.Logging.StructuredLogger;

namespace RestrictedRunner.PackageTests;

/// <summary>An error or a warning, and where MSBuild shows it.</summary>
internal sealed record Problem(string Code, string File, int Line, string Text);

/// <summary>A message of the task, and how important it is.</summary>
internal sealed record StepMessage(MessageImportance Importance, string Text);

/// <summary>A finished build, as its binary log tells it.</summary>
internal sealed partial class Build
{
    private readonly DotNetResult _result;
    private readonly IReadOnlyList<BuildEventArgs> _events;

    public Build(DotNetResult result, string log)
    {
        _result = result;
        _events = [.. BinaryLog.ReadRecords(log).Select(record => record.Args).OfType<BuildEventArgs>()];
        CheckNoFaultOfOurs();
    }

    public int ExitCode => _result.ExitCode;

    /// <summary>The process that was started to build.</summary>
    public int ProcessId { get; init; }

    /// <summary>What the user sees at the default verbosity.</summary>
    public string Console => _result.Console;

    public IReadOnlyList<Problem> Errors => [.. _events.OfType<BuildErrorEventArgs>().Select(e => new Problem(e.Code, e.File, e.LineNumber, Neutral(e.Message!)))];

    public IReadOnlyList<Problem> Warnings => [.. _events.OfType<BuildWarningEventArgs>().Select(e => new Problem(e.Code, e.File, e.LineNumber, Neutral(e.Message!)))];

    /// <summary>The lines that steps logged, without the echo of the command.</summary>
    public IReadOnlyList<StepMessage> StepMessages => [.. MessagesOf("DockerExec").Where(m => m is not TaskCommandLineEventArgs).Select(m => new StepMessage(m.Importance, m.Message!))];

    /// <summary>What commands printed at high importance.</summary>
    public IReadOnlyList<string> Output => [.. StepMessages.Where(m => m.Importance == MessageImportance.High).Select(m => m.Text)];

    /// <summary>What the task <c>Message</c> printed.</summary>
    public IReadOnlyList<string> Said => [.. MessagesOf("Message").Select(m => m.Message!)];

    /// <summary>What a task logged, and how important it is.</summary>
    public IReadOnlyList<StepMessage> SaidByTask(string task) => [.. MessagesOf(task).Select(m => new StepMessage(m.Importance, m.Message!))];

    /// <summary>The nodes of MSBuild that ran a task.</summary>
    public IReadOnlySet<int> NodesOf(string task) => _events.OfType<TaskStartedEventArgs>().Where(e => e.TaskName == task).Select(e => e.BuildEventContext!.NodeId).ToHashSet();

    /// <summary>The engine's command lines that steps logged.</summary>
    public IReadOnlyList<StepMessage> CommandLines => [.. StepMessages.Where(m => m.Text.Contains(" run --rm --name rr-", StringComparison.Ordinal))];

    /// <summary>How many containers steps started.</summary>
    public int Runs => CommandLines.Count;

    /// <summary>Names of the containers that steps ran.</summary>
    public IReadOnlyList<string> Containers => [.. CommandLines.Select(m => m.Text.Split(' ').SkipWhile(word => word != "--name").ElementAt(1))];

    /// <summary>How many steps were started.</summary>
    public int Steps => _events.OfType<TaskStartedEventArgs>().Count(e => e.TaskName == "DockerExec");

    /// <summary>Paths of the log files that errors and warnings name.</summary>
    public IReadOnlyList<string> LogFiles =>
        [.. _events.Where(e => e is BuildErrorEventArgs or BuildWarningEventArgs).Select(e => NamedLogFile().Match(e.Message!)).Where(match => match.Success).Select(match => match.Groups["path"].Value)];

    /// <summary>Names of the assemblies that tasks loaded. Of a process that builds again and again, only what no build before has loaded.</summary>
    // The reader of logs has a type of its own for that, which is not public.
    public IReadOnlySet<string> Assemblies => _events.Where(e => e.GetType().Name == nameof(AssemblyLoadBuildEventArgs))
        .Select(e => ((string)e.GetType().GetProperty(nameof(AssemblyLoadBuildEventArgs.AssemblyName))!.GetValue(e)!).Split(',')[0]).ToHashSet();

    /// <summary>Text of every message, warning and error.</summary>
    public IEnumerable<string> Texts => _events.Select(e => e.Message).OfType<string>();

    public Build Succeeded()
    {
        Assert.True(ExitCode == 0 && Errors.Count == 0, Console);
        return this;
    }

    /// <summary>Succeeds, and says nothing that is a warning.</summary>
    public Build SucceededWithoutWarnings()
    {
        Succeeded();
        Assert.True(Warnings.Count == 0, Console);
        return this;
    }

    /// <summary>The only error of a build that has to fail.</summary>
    public Problem FailedWithOneError()
    {
        Assert.True(ExitCode != 0 && Errors.Count == 1, Console);
        return Errors[0];
    }

    /// <summary>The error with this code as it is, to the end that all errors of a declared step have which ran.</summary>
    public Problem Failure(string code)
    {
        var error = Assert.Single(_events.OfType<BuildErrorEventArgs>(), e => e.Code == code);
        return new(code, error.File, error.LineNumber, error.Message!);
    }

    // Each run's log file has a name of its own; tests know it as TestProject.LogFile.
    private static string Neutral(string text) => WayToShell().Replace(UniqueLogFile().Replace(text, "-UNIQUE.docker-exec.log"), "");

    [GeneratedRegex(@" To look around in such a container:\ndotnet build [^\n]*-t:DockerExecShell [^\n]*\z")]
    private static partial Regex WayToShell();

    [GeneratedRegex(@"(?<=/obj/docker-exec/\S+)-[a-z0-9]{8}\.docker-exec\.log")]
    private static partial Regex UniqueLogFile();

    [GeneratedRegex(@"[ \n]The whole output is in (?<path>[^\n]+?\.log)\.")]
    private static partial Regex NamedLogFile();

    private IEnumerable<BuildMessageEventArgs> MessagesOf(string task) => _events.OfType<BuildMessageEventArgs>().Where(m => m.SenderName == task);

    // Whatever a test does: nothing that a user can write shows a stack trace.
    private void CheckNoFaultOfOurs()
    {
        Assert.True(Errors.All(e => e.Code is not ("MSB4018" or "RRB9001")), Console);
        var visible = _events.Where(e => e is not BuildMessageEventArgs { Importance: MessageImportance.Low }).Select(e => e.Message ?? "");
        Assert.DoesNotContain(visible, text => text.Contains("   at ", StringComparison.Ordinal));
    }
}
