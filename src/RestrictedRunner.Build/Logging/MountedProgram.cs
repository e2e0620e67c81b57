using System.Text;
using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>A program of a step, and why a container that sees it through a mount cannot run it.</summary>
/// <param name="HostFile">Its file on the host.</param>
/// <param name="FirstLine">The file's first line, with a carriage return if it has one; at most 255 bytes.</param>
/// <param name="IsExecutable">True when somebody may execute it.</param>
internal sealed partial record MountedProgram(string HostFile, string FirstLine, bool IsExecutable)
{
    // What the kernel reads: BINPRM_BUF_SIZE.
    private const int LongestFirstLine = 255;

    /// <summary>Where a link in its path leads on the host, when no mount shows that; empty when there is none.</summary>
    public string LinkTarget { get; init; } = "";

    /// <summary>The program's name in the engine's words; null when they do not tell it.</summary>
    public static string? NameIn(string engineWords) => Executed().Match(engineWords) is { Success: true } match ? match.Text("program") : null;

    /// <summary>The program's file; null when no mount shows it.</summary>
    public static MountedProgram? Find(string program, StepOptions options)
    {
        // A bare name is looked for in PATH; another relative one starts at a folder that may be the image's.
        if (!program.Contains('/', StringComparison.Ordinal) || (!program.StartsWith('/') && options.WorkDir.Length == 0))
        {
            return null;
        }

        var file = new ContainerPaths(options.Mounts, options.Tmpfs, options.WorkDir, File.Exists).OnHost(program);
        try
        {
            return file == program && !IsTheSameOnBothSides(program, options) ? null
                : Build.LinkTarget.Of(file) is not { } target ? Read(file)
                : options.Mounts.Any(mount => HostFolder.IsAtOrBelow(target, mount.HostPath)) ? null
                : new(file, "", IsExecutable: true) { LinkTarget = target };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The files that words of the command name, as far as mounts show them.</summary>
    public static IEnumerable<MountedProgram> InCommand(StepOptions options) =>
        options.WorkDir.Length == 0 && options.Mounts.Count == 0
            ? []
            : ((string[])[options.PrepareCommand, options.Command, .. options.Arguments])
                .SelectMany(text => Words().Matches(text))
                .Select(word => Find($"./{word.Value}"[(word.Value.StartsWith('/') ? 2 : 0)..], options))
                .OfType<MountedProgram>();

    /// <summary>The scripts that a shell, or make, could not run in the middle of a command, as far as mounts show them.</summary>
    public static IEnumerable<MountedProgram> InComplaints(string lastLines, StepOptions options) =>
        NotRun().Matches(lastLines)
            .Select(complaint => complaint.Text("program"))
            .Select(name => Find(name.StartsWith('/') ? name : $"./{name}", options))
            .OfType<MountedProgram>()
            .Where(program => program.FirstLine.StartsWith("#!", StringComparison.Ordinal));

    /// <summary>True for a script of a shell that was saved by an editor of Windows, if the last words of a command are about it.</summary>
    public bool FailsForItsLineEnds(string lastLines) =>
        FirstLine.EndsWith('\r')
        && (Shebang().IsMatch(FirstLine) || HostFile.EndsWith(".sh", StringComparison.Ordinal))
        && (lastLines.Contains($"{Path.GetFileName(HostFile)}:", StringComparison.Ordinal) || lastLines.Contains(@"\r'", StringComparison.Ordinal));

    /// <summary>Why it is told not to be there, as the end of a sentence; null when that cannot be seen.</summary>
    public string? WhyNotFound =>
        LinkTarget.Length > 0 ? $"'{HostFile}' is a link to '{LinkTarget}', which no mount shows"
        : !FirstLine.StartsWith("#!", StringComparison.Ordinal) ? null
        : FirstLine.EndsWith('\r') ? $"the script '{HostFile}' has Windows line ends (CRLF); save it with LF"
        : FirstLine[2..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var interpreter, ..] ? $"its interpreter '{interpreter}' is not in the image"
        : null;

    private static bool IsTheSameOnBothSides(string program, StepOptions options) =>
        program.StartsWith('/') && options.Mounts.Any(mount => mount.HostPath == mount.ContainerPath && HostFolder.IsAtOrBelow(program, mount.ContainerPath));

    private static MountedProgram? Read(string file)
    {
        // To open a named pipe waits for somebody who writes, without end.
        if (!File.Exists(file) || FileStatus.Of(file) is { IsRegularFile: false })
        {
            return null;
        }

        using var stream = File.OpenRead(file);
        var start = new byte[LongestFirstLine];
        var text = Encoding.UTF8.GetString(start, 0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return new(file, text.Split('\n')[0], OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Execute) != 0);
    }

    // Other languages read such a script.
    [GeneratedRegex(@"^#!.*\b(ba|da|z|k|a)?sh\b")]
    private static partial Regex Shebang();

    // In quotes a name may hold blanks.
    [GeneratedRegex(@"(?<=')[^']+(?=')|(?<="")[^""]+(?="")|[^\s'""`;|&<>()]+", RegexOptions.ExplicitCapture)]
    private static partial Regex Words();

    [GeneratedRegex(@"(?<program>[^\s:'""`]*/[^\s:'""`]+)['""]?: (not found|No such file or directory|Permission denied)\s*$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NotRun();

    [GeneratedRegex(@"exec: ""(?<program>[^""]+)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Executed();
}
