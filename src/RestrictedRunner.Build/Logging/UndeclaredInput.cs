using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>
/// Tells of a hermetic step that failed what it does not see or may not do, where its last words are about that: a
/// forgotten input is the commonest reason.
/// </summary>
internal static partial class UndeclaredInput
{
    private const string SeesOnly = "The step is hermetic: of the project it sees only its Inputs.";

    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    /// <param name="options">The step; the project's folder is its client's.</param>
    /// <param name="lastLines">The last lines of its output.</param>
    /// <param name="exists">Tells whether the host has a file or folder.</param>
    public static string Hint(StepOptions options, string lastLines, Func<string, bool> exists)
    {
        string[] lines = lastLines.Split('\n');
        string[] missing = [.. lines.Where(Complaint.MissesSomething)];
        return Named(options, string.Join('\n', missing), exists) is { Length: > 0 } named ? named
            : !options.AllowNetworking && lines.Any(Complaint.IsOfNetwork) ? "The step is hermetic, so it has no network: AllowNetworking=\"true\" gives it one."
            : missing.Any(line => MayBeOfProject(line, options, exists)) ? SeesOnly
            : options.ReadOnly && lines.Any(line => Complaint.IsOfReadOnly(line) || Complaint.IsOfRights(line)) ? "The step is hermetic, so it writes only where its outputs are and into /tmp."
            : lines.Any(Complaint.IsOfCapabilities) ? "The step is hermetic, so it has no capabilities: CapAdd gives back one that it needs."
            : "";
    }

    /// <summary>The same for a program that is not there.</summary>
    public static string HintForProgram(string program, StepOptions options, Func<string, bool> exists) =>
        Named(options, program, exists) is { Length: > 0 } named ? named : SeesOnly;

    private static string Named(StepOptions options, string words, Func<string, bool> exists)
    {
        string[] names = [.. FileName().Matches(words).Select(match => match.Value)];
        if (names.FirstOrDefault(name => name.StartsWith('/') && HostFolder.IsAtOrBelow(name, options.ClientDirectory)) is { } absolute)
        {
            return $"The step is hermetic and does not see the project's own folder: write '{Path.GetRelativePath(options.ClientDirectory, absolute)}' in place of '{absolute}', and declare it.";
        }

        var stage = new ContainerPaths(options.Mounts, options.Tmpfs, options.WorkDir, exists).OnHost(options.WorkDir);
        var forgotten = names.Select(name => name.TrimStart('/'))
            .FirstOrDefault(name => exists(Path.GetFullPath(name, options.ClientDirectory)) && !exists(Path.GetFullPath(name, stage)));
        return forgotten is null ? "" : $"The step is hermetic and sees only its Inputs: add '{forgotten}' to them.";
    }

    // A file that the image lacks is no matter of inputs. A line may name none.
    private static bool MayBeOfProject(string line, StepOptions options, Func<string, bool> exists)
    {
        ComplainedPath[] paths = [.. Complaint.Paths(line, options.WorkDir)];
        return paths.Length == 0 || paths.Any(path => options.Mounts.Any(mount => HostFolder.IsAtOrBelow(path.InContainer, mount.ContainerPath)) || exists(path.InContainer));
    }

    // What has neither a folder nor an ending may be any word.
    [GeneratedRegex(@"[\w./~+@-]*[./][\w.~+@-]*\w")]
    private static partial Regex FileName();
}
