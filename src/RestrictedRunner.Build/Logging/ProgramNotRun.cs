namespace RestrictedRunner.Build;

/// <summary>Tells why a program of a step could not run, and what to do, as far as its name, the mounts and the last words of the command show it.</summary>
internal static class ProgramNotRun
{
    // POSIX, Shell Command Language, 2.8.2.
    private const int NotExecuted = 126;
    private const int Absent = 127;

    private const string CheckFirstWord = "Check the command's first word, Shell and Entrypoint, and that the image has that program.";

    private static readonly Dictionary<string, string> CommandsOfWindows = new(StringComparer.OrdinalIgnoreCase)
    {
        ["cmd"] = "sh",
        ["cmd.exe"] = "sh",
        ["copy"] = "cp",
        ["del"] = "rm",
        ["erase"] = "rm",
        ["md"] = "mkdir",
        ["mklink"] = "ln",
        ["move"] = "mv",
        ["rd"] = "rm -r",
        ["ren"] = "mv",
        ["robocopy"] = "cp -r",
        ["xcopy"] = "cp -r",
    };

    /// <summary>Of a command that failed for a program that its shell could not run; empty when nothing points that way.</summary>
    /// <param name="failed">The command.</param>
    /// <param name="valueOf">Gives the value that the build has for a variable; null for none.</param>
    public static string Hint(FailedCommand failed, Func<string, string?> valueOf) => Hints(failed, valueOf).FirstOrDefault(hint => hint.Length > 0, "");

    /// <summary>Of a step whose first program is not there.</summary>
    /// <param name="name">The program; null when the engine does not name it.</param>
    /// <param name="options">The step.</param>
    /// <param name="unseen">A sentence about one that only the host has; or empty.</param>
    public static string NotFound(string? name, StepOptions options, string unseen)
    {
        if (name is null)
        {
            return $"Image '{options.Image}' has no such program. {CheckFirstWord}";
        }

        if (MountedProgram.Find(name, options)?.WhyNotFound is { } why)
        {
            return $"Image '{options.Image}' cannot run '{name}': {why}.";
        }

        if (NotInPath(name, options) is { Length: > 0 } notInPath)
        {
            return notInPath;
        }

        if (options.Arguments is [var only] && only == name && name.Contains(' ', StringComparison.Ordinal))
        {
            return $"Image '{options.Image}' has no program '{name}'. Arguments has an item for each word: Arguments=\"{name.Replace(' ', ';')}\".";
        }

        string[] sentences = name.Contains('/', StringComparison.Ordinal) && !name.StartsWith('/')
            ? [$"There is no program '{name}' where the container of image '{options.Image}' starts.", unseen, "Check its path, WorkingDirectory and Mounts."]
            : [$"Image '{options.Image}' has no program '{name}'.", unseen, Elsewhere(name) ?? CheckFirstWord];
        return string.Join(' ', sentences.Where(sentence => sentence.Length > 0));
    }

    /// <summary>Of a step whose first program is no program.</summary>
    /// <param name="name">The program; null when the engine does not name it.</param>
    /// <param name="options">The step.</param>
    public static string NotExecutable(string? name, StepOptions options) =>
        name is null ? $"The program in image '{options.Image}' cannot be executed. Check that it is a file with the executable bit, for the machine's platform."
        : MountedProgram.Find(name, options) is { IsExecutable: false } program ? $"The program '{name}' cannot be executed in image '{options.Image}'. {MakeExecutable(program)}."
        : $"The program '{name}' in image '{options.Image}' cannot be executed. Check that it is a file with the executable bit, for the machine's platform.";

    // What is sure comes first.
    private static IEnumerable<string> Hints(FailedCommand failed, Func<string, string?> valueOf)
    {
        var (options, lastLines) = (failed.Options, failed.Output.LastLines);
        if (failed.At is not null && !options.Shell.Contains("bash", StringComparison.Ordinal))
        {
            yield return failed.At.WordOfBash is { } word ? $"'{word}' is a word of bash: set Shell=\"bash\", with an image that has it."
                : failed.At.MayBeOfBash ? "That may be a form that only bash knows: set Shell=\"bash\" then, with an image that has it."
                : "";
        }

        var name = failed.ExitCode is NotExecuted or Absent ? failed.At?.Program : null;
        var isPath = name?.Contains('/', StringComparison.Ordinal) == true;
        if (isPath)
        {
            yield return WhyNot(MountedProgram.Find(name!, options), "It cannot be run");
        }
        else if (name is null)
        {
            yield return MountedProgram.InCommand(options).FirstOrDefault(program => program.FailsForItsLineEnds(lastLines)) is { } script
                ? $"The script '{script.HostFile}' has Windows line ends (CRLF), which shells of Linux take for a part of each line; save it with LF."
                : "";
            yield return WhyNot(MountedProgram.InComplaints(lastLines, options).FirstOrDefault(), "A program that the command runs cannot be run");
        }

        yield return UnseenVariable.Hint(failed, valueOf);
        if (name is not null && !isPath && failed.ExitCode == Absent)
        {
            yield return NotInPath(name, options);
            yield return Elsewhere(name) ?? $"Use an image that has '{name}'.";
        }
    }

    // The engine looks for a program in the PATH that the step has, and so do shells.
    private static string NotInPath(string name, StepOptions options) =>
        !name.Contains('/', StringComparison.Ordinal) && options.EnvironmentVariables.LastOrDefault(variable => variable.Name == "PATH") is { } path
            ? $"'{name}' is not in the PATH that EnvironmentVariables give to the step, '{path.Value}', which replaces the image's{(path.Value.Contains('$', StringComparison.Ordinal) ? "; nothing expands '$' there" : "")}. Set it in the script: PrepareCommand=\"export PATH=/folder:$PATH\"."
            : "";

    private static string? Elsewhere(string name) =>
        CommandsOfWindows.TryGetValue(name, out var ofLinux) ? $"It is a command of Windows; what is nearest to it in Linux is '{ofLinux}'." : null;

    private static string WhyNot(MountedProgram? program, string what) =>
        program is { IsExecutable: false } ? $"{MakeExecutable(program)}."
        : program?.WhyNotFound is { } why ? $"{what}: {why}."
        : "";

    private static string MakeExecutable(MountedProgram program) =>
        $"Make '{program.HostFile}' executable (chmod +x, in git: git update-index --chmod=+x), or run it with its shell";
}
