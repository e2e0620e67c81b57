using System.Globalization;
using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>Tells why a failed command might not write, or read, where it wanted to.</summary>
internal static partial class DeniedPath
{
    private const uint Root = 0;

    /// <summary>The sentence for an error; empty when nothing points that way.</summary>
    /// <param name="options">The step.</param>
    /// <param name="lastLines">The last lines of its output.</param>
    /// <param name="ownerOf">Gives the user that a file or folder of the host belongs to; null when it is not there.</param>
    /// <param name="caller">The user that builds.</param>
    public static string Hint(StepOptions options, string lastLines, Func<string, uint?> ownerOf, uint caller)
    {
        var lines = lastLines.Split('\n');
        var readOnly = lines.Where(Complaint.IsOfReadOnly).ToList();
        var denied = lines.Where(Complaint.IsOfRights).SelectMany(line => Complaint.Paths(line, options.WorkDir)).ToList();
        return readOnly.SelectMany(line => Complaint.Paths(line, options.WorkDir)).Select(path => InReadOnlyMount(path, options))
            .Append(readOnly.Count > 0 && options.ReadOnly ? "The container's own file system is read-only (ReadOnly=\"true\"): let the command write to a folder of Mounts or Tmpfs." : "")
            .Concat(UserOf(options, caller) is { } user ? OfOtherUser(denied, options, ownerOf, user) : [])
            .Concat(denied.Select(path => BesideMounts(path, options)))
            .Concat(UserOf(options, caller) is { } other ? lines.Where(line => Complaint.IsOfRights(line) && TellsOfWriting().IsMatch(line)).Select(line => OfImage(line, options, other)) : [])
            .FirstOrDefault(hint => hint.Length > 0, "");
    }

    private static string InReadOnlyMount(ComplainedPath path, StepOptions options) =>
        MountOf(path, options) is { ReadOnly: true } mount
            ? $"'{path.Name}' is in a mount that is read-only, '{mount.HostPath}:{mount.ContainerPath}:ro': mount it without ':ro', or the folder that is written to by itself."
            : "";

    // What is there says more than the folder that something was to be made in.
    private static IEnumerable<string> OfOtherUser(IReadOnlyList<ComplainedPath> denied, StepOptions options, Func<string, uint?> ownerOf, uint user)
    {
        var paths = new ContainerPaths(options.Mounts, options.Tmpfs, options.WorkDir, Path.Exists);
        string[] files = [.. denied.Where(path => MountOf(path, options) is not null).Select(path => paths.OnHost(path.InContainer))];
        return files.Concat(files.Where(file => ownerOf(file) is null).Select(file => Path.GetDirectoryName(file) ?? file))
            .Select(file => (File: file, Owner: ownerOf(file)))
            .Where(found => found.Owner is { } owner && owner != user)
            .Select(found => $"'{found.File}' belongs to user {found.Owner}, and the step runs as user {user}: change its owner, or remove it, if need be by a step that runs as that user (rm -r).");
    }

    // A folder of the container in which there is a folder of the host looks as if it were the host's too.
    private static string BesideMounts(ComplainedPath path, StepOptions options) =>
        MountOf(path, options) is null && options.Mounts.Any(mount => HostFolder.IsAtOrBelow(mount.ContainerPath, path.InContainer[..path.InContainer.LastIndexOf('/')]))
            ? $"'{path.InContainer}' is beside what is mounted, in a folder of the container that is root's: mount the folder that it is to be in."
            : "";

    private static string OfImage(string line, StepOptions options, uint user) =>
        Complaint.Paths(line, options.WorkDir).FirstOrDefault() is { } path
            ? MountOf(path, options) is null ? $"'{path.InContainer}' is in the image's own file system, where user {user} may not write: let the command write to a folder of Mounts or Tmpfs, or to /tmp." : ""
        : options.WorkDir.Length > 0 ? ""
        : options.Mounts.Count > 0 ? $"The step has no WorkingDirectory, so it started in the image's, where user {user} may not write: set WorkingDirectory=\"$(MSBuildProjectDirectory)\"."
        : $"The step has no Mounts: its container sees no folder of the host, and in the image's own user {user} may not write.";

    private static Mount? MountOf(ComplainedPath path, StepOptions options) =>
        options.Mounts.Where(mount => HostFolder.IsAtOrBelow(path.InContainer, mount.ContainerPath)).MaxBy(mount => mount.ContainerPath.Length);

    [GeneratedRegex("creat|touch|writ|mkdir", RegexOptions.IgnoreCase)]
    private static partial Regex TellsOfWriting();

    // Null when only the image knows, and of root, to whom nothing is denied.
    private static uint? UserOf(StepOptions options, uint caller) =>
        (options.User == CurrentUser.Option ? caller
            : uint.TryParse(options.User.Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Root) is not Root and var user ? user : null;
}
