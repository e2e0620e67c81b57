using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Planning;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>What a shell says about a line of the script that it reads.</summary>
/// <param name="Line">Line of the script, from 1.</param>
/// <param name="Text">What is wrong with it.</param>
internal sealed partial record ShellComplaint(int Line, string Text)
{
    /// <summary>
    /// Reads <c>/script: line 3: text</c> (bash, busybox; of a built-in of busybox
    /// <c>/script: cd: line 3: text</c>), <c>/script: 3: text</c> (dash), <c>/script:3: text</c> (zsh)
    /// and <c>/script[3]: text</c> (ksh).
    /// </summary>
    public static ShellComplaint? Read(string line)
    {
        // On a cluster's worker the script is known by its path from the working directory.
        var name = line.IndexOf(RunArguments.ScriptMountPoint, StringComparison.Ordinal);
        if (name < 0 || !line[..name].Split('/').All(static folder => folder is ".." or ""))
        {
            return null;
        }

        var match = Complaint().Match(line[(name + RunArguments.ScriptMountPoint.Length)..]);
        return match.Success ? new(match.Number("line"), match.Text("text")) : null;
    }

    /// <summary>True when a script with this complaint ends with that code because of it.</summary>
    /// <param name="exitCode">The script's exit code.</param>
    /// <param name="isLast">True when nothing was written to standard error after it.</param>
    public bool Explains(int exitCode, bool isLast) => exitCode switch
    {
        // POSIX, Shell Command Language, 2.8: 127 and 126 are of a command that is not there or cannot be run. After
        // other mistakes a shell ends at once.
        127 => Says("not found") || Says("no such file"),
        126 => Says("denied") || Says("cannot execute") || Says("exec format"),
        1 or 2 => isLast && !Says("not found"),
        _ => false,
    };

    private bool Says(string words) => Text.Contains(words, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^((: [a-z.-]+)?: line |: |:|\[)(?<line>[1-9][0-9]{0,8})\]?: (?<text>.+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Complaint();
}
