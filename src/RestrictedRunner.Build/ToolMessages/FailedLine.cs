using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>The line of <c>Command</c> or <c>PrepareCommand</c> at which a script failed.</summary>
/// <param name="Parameter">Name of the parameter.</param>
/// <param name="Line">Line of its text, from 1.</param>
/// <param name="Complaint">What the shell said.</param>
internal sealed partial record FailedLine(string Parameter, int Line, string Complaint)
{
    /// <summary>The project file that the line is written in; empty when not known.</summary>
    public string File { get; init; } = "";

    /// <summary>Line of <see cref="File"/>.</summary>
    public int FileLine { get; init; }

    /// <summary>Name of a program that the shell looked for in vain; null when the complaint is about something else.</summary>
    public string? AbsentProgram => NotFound().Match(Complaint) is { Success: true } match ? match.Text("program") : null;

    /// <summary>Where the complaint's line of the script comes from; null when it is a line of our own.</summary>
    public static FailedLine? For(ShellComplaint complaint, StepOptions options)
    {
        var before = CommandPlan.LinesBeforeCommand(options);
        return complaint.Line switch
        {
            _ when complaint.Line > before => new(nameof(StepOptions.Command), complaint.Line - before, complaint.Text),
            _ when complaint.Line < before => new(nameof(StepOptions.PrepareCommand), complaint.Line, complaint.Text),
            _ => null,
        };
    }

    // A name with a folder may be of the host: UnseenPath tells.
    [GeneratedRegex(@"^((?<program>[^\s/:]+): (command )?not found|command not found: (?<program>[^\s/:]+))$", RegexOptions.ExplicitCapture)]
    private static partial Regex NotFound();
}
