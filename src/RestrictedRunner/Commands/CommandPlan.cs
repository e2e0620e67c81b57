namespace RestrictedRunner;

/// <summary>
/// How a command runs: as <see cref="Words"/>, with no shell, or as <see cref="Script"/>, a file that
/// <see cref="Words"/> (the shell) read. Decided by the command's text alone, never by what the host has.
/// </summary>
/// <param name="Words">The words after the image; the script's path is added to them when there is a script.</param>
/// <param name="Script">Text of the script, or null.</param>
/// <param name="PrepareFailedMark">Line on standard error that tells that the prepare command failed, or null.</param>
internal sealed record CommandPlan(IReadOnlyList<string> Words, string? Script, string? PrepareFailedMark)
{
    /// <summary>Value of <see cref="StepOptions.Shell"/> that runs a command without a shell.</summary>
    public const string NoShell = "none";

    private static readonly HashSet<string> PosixShells =
        ["ash", "bash", "busybox", "dash", "ksh", "mksh", "sh", "yash", "zsh"];

    // Reserved words, and built-ins of sh, bash and busybox ash, that an image need not have as a program.
    private static readonly HashSet<string> ShellBuiltIns =
    [
        ".", ":", "alias", "bg", "bind", "break", "builtin", "caller", "case", "cd", "command", "compgen", "complete", "compopt",
        "continue", "coproc", "declare", "dirs", "disown", "do", "done", "echo", "elif", "else", "enable", "esac", "eval", "exec",
        "exit", "export", "false", "fc", "fg", "fi", "for", "function", "getopts", "hash", "help", "history", "if", "in", "jobs",
        "kill", "let", "local", "logout", "mapfile", "popd", "printf", "pushd", "pwd", "read", "readarray", "readonly", "return",
        "select", "set", "shift", "shopt", "source", "suspend", "test", "then", "time", "times", "trap", "true", "type", "typeset",
        "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
    ];

    /// <summary>True for shells that read the text added for a prepare command.</summary>
    public static bool IsPosixShell(string program) => PosixShells.Contains(program[(program.LastIndexOf('/') + 1)..]);

    /// <summary>The plan for valid options.</summary>
    public static CommandPlan For(StepOptions options)
    {
        if (options.Arguments.Count > 0)
        {
            return new(options.Arguments, null, null);
        }

        if (options.Shell == NoShell)
        {
            return new(ShellWords.Split(options.Command), null, null);
        }

        if (options.PrepareCommand.Length > 0)
        {
            var mark = $"restricted-runner: prepare failed {Guid.NewGuid():N}";
            return new(ShellWords.Split(options.Shell), UnixLines(WithPrepare(options, mark)), mark);
        }

        return IsSingleExecutable(options.Command.Trim())
            ? new([options.Command.Trim()], null, null)
            : new(ShellWords.Split(options.Shell), UnixLines(options.Command), null);
    }

    private static bool IsSingleExecutable(string command) =>
        command.All(c => char.IsAsciiLetterOrDigit(c) || "_./+-".Contains(c, StringComparison.Ordinal))
        && command[0] != '-'
        && !ShellBuiltIns.Contains(command);

    // The trap speaks up when the script ends before the prepare command is through: by its own exit, by `set -e`, or
    // by the check after it. A trap that the prepare command sets itself stays in force.
    private static string WithPrepare(StepOptions options, string mark) =>
        $$"""
        trap '[ -n "${_rr_prepared-}" ] || echo "{{mark}}" >&2' EXIT
        {{options.PrepareCommand}}
        case $? in 0) _rr_prepared=1 ;; *) exit ;; esac
        {{options.Command}}
        """;

    // A carriage return at the end of a line is a part of the command to a shell: "sh: not found".
    private static string UnixLines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);
}
