using System.Text.RegularExpressions;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Failures;

/// <summary>Programs and scripts that a step cannot run.</summary>
internal static partial class ProgramRules
{
    /// <summary>A script was saved on Windows: the kernel does not find its interpreter, or a shell that reads it takes the carriage return for a part of each line.</summary>
    public static string? WindowsLineEnds(FailedStep failed) =>
        failed.First(name => Program(failed, name) is { Program: { HasWindowsLineEnds: true, Interpreter.Length: > 0 } } found ? Resave(found.File) : null, ComplaintKind.Missing)
        ?? Words().Matches(failed.Text)
            .Select(word => Program(failed, $"./{word.Value}"[(word.Value.StartsWith('/') ? 2 : 0)..]))
            .Where(found => found is { Program.HasWindowsLineEnds: true } script && Shell().IsMatch(script.Program.Interpreter.Length > 0 ? script.Program.FirstLine : Path.GetExtension(script.File)) && failed.LastLines.Any(line => IsAbout(line, script.File)))
            .Select(found => Resave(found!.Value.File))
            .FirstOrDefault();

    /// <summary>A script is there, and its interpreter is not. The shell that has told of it is in the image.</summary>
    public static string? NoInterpreter(FailedStep failed) =>
        failed.First(name => Program(failed, name) is { Program: { HasWindowsLineEnds: false, Interpreter: ['/', ..] interpreter } } found && failed.Mounts.At(interpreter) is null && !(CommandPlan.For(failed.Options).Script is not null && ContainerPath.Name(interpreter) == ContainerPath.Name(failed.Options.Shell.Split(' ')[0]))
            ? $"'{found.File}' needs '{interpreter}', which is not in the image." : null, ComplaintKind.Missing);

    /// <summary>Nobody may execute a program. 126 is the code of one that is there and cannot be executed (POSIX, Shell Command Language, 2.8.2).</summary>
    public static string? NoExecuteBit(FailedStep failed) =>
        failed.First(name => Program(failed, name) is { Program.IsExecutable: false } found && (failed.ExitCode == 126 || (found.Program.Interpreter.Length > 0 && !AccessRules.IsOfOther(failed, found.File)))
            ? $"'{found.File}' has no execute bit: set it (chmod +x, in git: git update-index --chmod=+x), or run it with its shell." : null, ComplaintKind.Denied);

    /// <summary>A word that bash knows is none of the shell that reads the script.</summary>
    public static string? WordOfBash(FailedStep failed) =>
        failed.At?.WordOfBash is { } word && !failed.Options.Shell.Contains("bash", StringComparison.Ordinal) ? $"'{word}' is a word of bash: set Shell=\"bash\", with an image that has it." : null;

    // A name without a folder is looked for in PATH. Of a link, what it leads to is another rule's.
    private static (string File, HostProgram Program)? Program(FailedStep failed, string name) =>
        name.Contains('/', StringComparison.Ordinal) && failed.OnHost(name) is { } file && failed.Host.LinkTarget(file) is null && failed.Host.Program(file) is { } program ? (file, program) : null;

    private static string Resave(string file) => $"'{file}' has Windows line ends (CRLF), which Linux takes for a part of each line: save it with LF.";

    // "gen.sh: line 3: …", "gen.sh: 3: …", "gen.sh: set: line 1: …", "/usr/bin/env: 'bash\r': No such file or directory".
    private static bool IsAbout(string line, string file) => line.Contains(@"\r'", StringComparison.Ordinal) || Regex.IsMatch(line, $@"(^|/){Regex.Escape(Path.GetFileName(file))}(: (\w+: )?(line )?|\[)\d");

    // In quotes a name may hold blanks.
    [GeneratedRegex(@"(?<=')[^']+(?=')|(?<="")[^""]+(?="")|[^\s'""`;|&<>()]+")]
    private static partial Regex Words();

    // Other languages read such a script.
    [GeneratedRegex(@"\b(ba|da|z|k|a)?sh\b")]
    private static partial Regex Shell();
}
