using RestrictedRunner.Options;

namespace RestrictedRunner.Commands;

/// <summary>
/// How a command runs: as <see cref="Words"/>, with no shell, or as <see cref="Script"/>, a file that
/// <see cref="Words"/> (the shell) read. Decided by the command's text alone, never by what the host has.
/// </summary>
/// <param name="Words">The words after the image; the script's path is added to them when there is a script.</param>
/// <param name="Script">Text of the script, or null.</param>
/// <param name="HasPrepare">True when the script has a prepare command, and tells when it is through.</param>
internal sealed record CommandPlan(IReadOnlyList<string> Words, string? Script, bool HasPrepare)
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

    /// <summary>
    /// True when a shell can connect the command's output. Only <c>sh</c>: others read files of the image at their start
    /// (<c>BASH_ENV</c>), and would do so twice.
    /// </summary>
    public bool CanConnectOutput => Script is not null && Words[0] is "sh" or "/bin/sh";

    /// <summary>True for shells that read the text added for a prepare command.</summary>
    public static bool IsPosixShell(string program) => PosixShells.Contains(program[(program.LastIndexOf('/') + 1)..]);

    /// <summary>The plan for valid options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="places">Where our own files are; null where they are mounted.</param>
    public static CommandPlan For(StepOptions options, OwnPlaces? places = null)
    {
        if (options.Arguments.Count > 0)
        {
            return new(options.Arguments, null, HasPrepare: false);
        }

        if (options.Shell == NoShell)
        {
            return new(ShellWords.Split(options.Command), null, HasPrepare: false);
        }

        if (options.PrepareCommand.Length > 0)
        {
            return new(ShellWords.Split(options.Shell), UnixLines(Exports(options) + WithPrepare(options, places ?? OwnPlaces.Mounted)), HasPrepare: true);
        }

        var exports = Exports(options);
        return exports.Length == 0 && IsSingleExecutable(options.Command.Trim())
            ? new([options.Command.Trim()], null, HasPrepare: false)
            : new(ShellWords.Split(options.Shell), UnixLines(exports + options.Command), HasPrepare: false);
    }

    /// <summary>True for a command that a POSIX shell reads, which can export secrets to it.</summary>
    public static bool CanExport(StepOptions options) =>
        options.Arguments.Count == 0 && options.Shell != NoShell && ShellWords.TrySplit(options.Shell, out var shell) && shell.Count > 0 && IsPosixShell(shell[0]);

    /// <summary>How many lines of the script come before the command's first: those that export secrets, the prepare command's, and one of ours.</summary>
    public static int LinesBeforeCommand(StepOptions options) =>
        LinesOfExports(options) + (options.PrepareCommand.Length == 0 ? 0 : options.PrepareCommand.Count(c => c == '\n') + 2);

    /// <summary>How many lines come before the first that the user wrote.</summary>
    public static int LinesOfExports(StepOptions options) => Exports(options).Length > 0 ? 1 : 0;

    // In the script, and not before: what a process was started with stands in /proc for all to read. An optional secret may
    // not be there; the text is the same then, because it is in the step's key.
    private static string Exports(StepOptions options)
    {
        string[] exports = [.. from secret in options.Secrets where secret.As.Length > 0 let file = $"{SecretValues.MountPoint}/{secret.Name}" select $"[ ! -e {file} ] || {{ {secret.As}=$(cat {file}) && export {secret.As}; }} || exit"];
        return exports.Length == 0 ? "" : $"{string.Join("; ", exports)}\n";
    }

    private static bool IsSingleExecutable(string command) =>
        command.All(c => char.IsAsciiLetterOrDigit(c) || "_./+-".Contains(c, StringComparison.Ordinal))
        && command[0] != '-'
        && !ShellBuiltIns.Contains(command);

    // A prepare command may fail, exit, or be replaced by another program: whatever it does, the command runs only after
    // the file is written. Appended to, for a shell that does not overwrite (set -C).
    private static string WithPrepare(StepOptions options, OwnPlaces places) =>
        $"""
        {options.PrepareCommand}
        case $? in 0) echo >>{places.Prepared} ;; *) exit ;; esac
        {options.Command}
        """;

    // A carriage return at the end of a line is a part of the command to a shell: "sh: not found".
    private static string UnixLines(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);
}
