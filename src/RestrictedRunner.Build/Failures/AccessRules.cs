using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Failures;

/// <summary>What a step may not do, or not do so often.</summary>
internal static class AccessRules
{
    /// <summary>A file is mounted by itself, so nothing can take its place: an editor (<c>sed -i</c>) gives a new file its name.</summary>
    public static string? MountOfItsOwn(FailedStep failed) =>
        failed.First(name => failed.InContainer(name) is { } path && MountAt(path, failed) is { } mount
            ? $"'{mount.ContainerPath}' is a mount of its own, which nothing can replace or remove: mount the folder that it is in." : null, ComplaintKind.Busy);

    /// <summary>A file system is read-only: a mount, or the image's.</summary>
    public static string? ReadOnly(FailedStep failed) =>
        failed.First(name => failed.InContainer(name) is not { } path ? null
            : failed.Mounts.At(path) is { ReadOnly: true } mount ? $"'{path}' is in a read-only mount, '{mount.HostPath}:{mount.ContainerPath}:ro': mount it without ':ro', or give the folder that is written to a mount of its own."
            : failed.Options.ReadOnly && failed.Mounts.At(path) is null && !failed.Mounts.IsInMemory(path) ? $"'{path}' is in the image's file system, which is read-only for this step{(failed.Originals is null ? "" : ", because it is hermetic")}: let the command write to a mount, an output, or a folder of Tmpfs."
            : null, ComplaintKind.ReadOnly);

    /// <summary>A file belongs to another user, or the folder that it is to be in.</summary>
    public static string? OtherOwner(FailedStep failed) =>
        failed.First(name => failed.OnHost(name) is { } file && (failed.Host.OwnerOf(file) is null ? failed.Host.Paths.Parent(file) ?? file : file) is var owned && IsOfOther(failed, owned)
            ? $"'{owned}' belongs to user {failed.Host.OwnerOf(owned)}, and the step runs as user {failed.User}: change its owner, or remove it, if need be by a step that runs as that user (rm -r)." : null, ComplaintKind.Denied, ComplaintKind.WriteDenied);

    /// <summary>The step has a limit, where what the command says sounds like the machine's.</summary>
    public static string? Processes(FailedStep failed) =>
        failed.Options.PidsLimit > 0 ? failed.First(_ => $"The step's PidsLimit is {failed.Options.PidsLimit} processes and threads at once: raise it, or let the command start fewer (make -j).", ComplaintKind.NoProcess) : null;

    /// <summary>The step has no network.</summary>
    public static string? Network(FailedStep failed) =>
        failed.Options.AllowNetworking ? null : failed.First(_ => $"The step has no network{(failed.Originals is null ? "" : ", because it is hermetic")}: AllowNetworking=\"true\" gives it one.", ComplaintKind.NoNetwork);

    /// <summary>True for a file that is seen to belong to another user than the step's.</summary>
    public static bool IsOfOther(FailedStep failed, string file) => failed.User is { } user && failed.Host.OwnerOf(file) is { } owner && owner != user;

    // The complaint may name the new file, whose name nobody chose: then it is about the file beside it that the command names.
    private static Mount? MountAt(string path, FailedStep failed) =>
        failed.Mounts.Mounts.FirstOrDefault(mount => mount.ContainerPath == path)
        ?? failed.Mounts.Mounts.FirstOrDefault(mount => ContainerPath.Parent(mount.ContainerPath) == ContainerPath.Parent(path) && failed.Text.Contains(ContainerPath.Name(mount.ContainerPath), StringComparison.Ordinal) && failed.Host.Program(mount.HostPath) is not null);
}
