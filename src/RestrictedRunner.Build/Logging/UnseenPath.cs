using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>Tells from a failed command's last words that it looked for a path of the host, which its container does not see.</summary>
internal static partial class UnseenPath
{
    private const string NoMounts = "The step has no Mounts: its container sees no folder of the host.";

    // An image has its own of these: to mount the host's whole folder would not help.
    private static readonly string[] FoldersOfImages = ["/bin", "/etc", "/lib", "/lib64", "/sbin", "/usr"];

    // And these are the kernel's.
    private static readonly string[] FoldersOfTheKernel = ["/dev", "/proc", "/sys"];

    private static readonly string[] MountOptions = ["-v", "--volume", "--mount"];

    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    /// <param name="options">The step.</param>
    /// <param name="lastLines">The last lines of its output.</param>
    /// <param name="exists">Tells whether the host has a file or folder.</param>
    public static string Hint(StepOptions options, string lastLines, Func<string, bool> exists)
    {
        string[] complaints = [.. lastLines.Split('\n').Where(Complaint.IsOfAbsence)];
        if (complaints.Length == 0)
        {
            return "";
        }

        string[] texts = [options.PrepareCommand, options.Command, .. options.Arguments];
        var path = texts.SelectMany(text => AbsolutePath().Matches(text))
            .Select(match => match.Value)
            .SelectMany(name => complaints.Where(line => Names(line, name)).SelectMany(line => Missed(name, line)))
            .Select(ContainerPaths.Normal)
            .FirstOrDefault(path => path != "/" && exists(path) && !IsSeen(path, options.Mounts));
        return path is not null ? OfTheHost(path)
            : !HasMounts(options) ? NoMounts
            : texts.SelectMany(RelativePaths)
                .SelectMany(name => complaints.Where(line => Names(line, name)).SelectMany(line => Missed(name, line)))
                .Concat(complaints.Any(line => line.Contains("no makefile", StringComparison.Ordinal)) && !texts.Any(text => ChangesFolder().IsMatch(text)) ? ["Makefile", "makefile"] : [])
                .Select(name => OfTheProject(name, options, exists))
                .FirstOrDefault(hint => hint.Length > 0, "");
    }

    /// <summary>The same for a program that the image does not have.</summary>
    public static string HintForProgram(string program, StepOptions options, Func<string, bool> exists) =>
        !program.Contains('/', StringComparison.Ordinal) ? ""
        : program.StartsWith('/') ? exists(program) && !IsInImages(program) && !IsSeen(program, options.Mounts) ? OfTheHost(program) : ""
        : HasMounts(options) ? OfTheProject(program, options, exists)
        : NoMounts;

    // Where a command has gone to another folder, names start there; the folder's own still starts where the command did.
    private static IEnumerable<string> RelativePaths(string text)
    {
        var change = ChangesFolder().Match(text);
        return RelativePath().Matches(change.Success ? text[..(change.Index + change.Length)] : text).Select(match => match.Value);
    }

    // A file that cannot be created lacks its folder.
    private static IEnumerable<string> Missed(string name, string line) =>
        line.Contains("create", StringComparison.OrdinalIgnoreCase) && name.LastIndexOf('/') is > 0 and var end ? [name, name[..end]] : [name];

    // Where a command starts that is not told to start elsewhere, only the image knows.
    private static string OfTheProject(string name, StepOptions options, Func<string, bool> exists)
    {
        if (options.WorkDir.Length > 0)
        {
            if (!options.Mounts.Any(mount => HostFolder.IsAtOrBelow(options.WorkDir, mount.ContainerPath)))
            {
                return IsInProject() && HostFolder.InContainer(options.ClientDirectory, options.Mounts) is { } folder
                    ? $"'{name}' is in the project's folder, which is '{folder}' in the container, and the step started in '{options.WorkDir}', which no mount shows."
                    : "";
            }

            var start = new ContainerPaths(options.Mounts, options.Tmpfs, options.WorkDir, exists).OnHost(options.WorkDir);
            var path = Path.GetFullPath(name, start);
            return exists(path) && !options.Mounts.Any(mount => HostFolder.IsAtOrBelow(path, mount.HostPath)) ? Beside(name, path, ContainerPaths.Normal($"{options.WorkDir}/{name}"))
                : !exists(path) && IsInProject() ? $"'{name}' is not in the working directory, but in the project's folder."
                : "";
        }

        // A file that is to be made is not there yet, but its folder is.
        var known = IsInProject() || name.LastIndexOf('/') is not (> 0 and var end) ? name : name[..end];
        return Exists(known)
            ? $"The step has no WorkingDirectory, so it started in the image's; '{known}' is in the project's folder: set WorkingDirectory=\"$(MSBuildProjectDirectory)\"."
            : "";

        bool IsInProject() => Exists(name);

        bool Exists(string path) => options.ClientDirectory.Length > 0 && exists(Path.GetFullPath(path, options.ClientDirectory));
    }

    // Where the working directory has another path in the container, so has what is beside it.
    private static string Beside(string name, string path, string inContainer) => path == inContainer
        ? OfTheHost(path)
        : $"'{name}' is '{path}' on the host, and '{inContainer}' in the container, where no mount shows it: add Mounts=\"{path}:{inContainer}\".";

    private static string OfTheHost(string path) => FoldersOfImages.FirstOrDefault(folder => HostFolder.IsAtOrBelow(path, folder)) is { } own
        ? $"'{path}' is on the host and not in the image, whose own '{own}' the container sees; use an image that has it, or mount it."
        : $"'{path}' is a path of the host, which the container does not see; mount it, or use its path in the container.";

    private static bool IsInImages(string path) => FoldersOfImages.Any(folder => HostFolder.IsAtOrBelow(path, folder));

    private static bool IsSeen(string path, IEnumerable<Mount> mounts) =>
        FoldersOfTheKernel.Concat(mounts.Select(mount => mount.ContainerPath)).Any(folder => HostFolder.IsAtOrBelow(path, folder));

    private static bool HasMounts(StepOptions options) =>
        options.Mounts.Count > 0
        || RunOpts.Split(options.DockerRunOpts).Any(word => MountOptions.Any(option => word.StartsWith(option, StringComparison.Ordinal)));

    private static bool Names(string line, string path)
    {
        for (var at = line.IndexOf(path, StringComparison.Ordinal); at >= 0; at = line.IndexOf(path, at + 1, StringComparison.Ordinal))
        {
            var end = at + path.Length;
            if ((at == 0 ? IsNotThere().IsMatch(line[end..]) : !IsOfPath(line[at - 1])) && (end == line.Length || (!IsOfPath(line[end]) && !Place().IsMatch(line[end..]))))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOfPath(char c) => char.IsLetterOrDigit(c) || c is '/' or '_' or '-';

    // In quotes it may hold blanks. Shells, options (-I/x, --file=/x) and lists (/x:/y) end a name with these.
    [GeneratedRegex(@"(?<=')/[^']+(?=')|(?<="")/[^""]+(?="")|((?<![\w./~$})-])|(?<=(^|\s)-\w))/[^\s'""`;|&<>()$*?\[\]{}=,:\\]+", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex AbsolutePath();

    // In front of a line stands who complains, "/usr/bin/env: 'foo': No such file or directory", or what is not there.
    [GeneratedRegex("^: (no such file|(command )?not found)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex IsNotThere();

    // "main.c:1:10: fatal error: …" is about another file than main.c.
    [GeneratedRegex("^:[0-9]")]
    private static partial Regex Place();

    [GeneratedRegex(@"((^|[\s;&|(])(cd|pushd)\s+|make\b.*\s(-C|-f|--directory|--file)[\s=]*)[^\s'""`;|&<>()]*")]
    private static partial Regex ChangesFolder();

    [GeneratedRegex(@"(?<![\w./~$}])[\w.][^\s'""`;|&<>()$*?\[\]{}=,:\\]*")]
    private static partial Regex RelativePath();
}
