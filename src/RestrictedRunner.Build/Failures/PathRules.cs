using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Failures;

/// <summary>Files that the host has and the container does not see.</summary>
internal static class PathRules
{
    // The kernel's own, and what an image has its own of: to mount those of the host would not help.
    private static readonly string[] FoldersOfTheKernel = ["/dev", "/proc", "/sys"];
    private static readonly string[] FoldersOfImages = ["/bin", "/etc", "/lib", "/lib64", "/sbin", "/usr"];

    /// <summary>A step that sees only what it declares did not declare a file of the project. A header or module is looked for beside the file that names it.</summary>
    public static string? UndeclaredInput(FailedStep failed) =>
        (failed.Originals ?? failed.Copied) is not { } originals ? null
        : failed.Complaints.Where(complaint => complaint.Kind == ComplaintKind.Missing && complaint.Subject.Length > 0)
            .SelectMany(complaint => Names(complaint, failed).Select(name => Original(name, originals, failed)).OfType<string>())
            .Select(file => $"{(failed.Originals is null ? "The engine does not see this machine's files, so the step sees" : "The step is hermetic and sees")} only its Inputs: add '{failed.Host.Paths.Relative(failed.Options.ClientDirectory, file)}' to them.")
            .FirstOrDefault();

    /// <summary>A symbolic link of a mount leads to a file of the host that no mount shows.</summary>
    public static string? LinkOutOfMounts(FailedStep failed) =>
        failed.First(name => failed.OnHost(name) is { } link && failed.Host.LinkTarget(link) is { } target && failed.Host.Exists(target) && !failed.Mounts.Mounts.Any(mount => failed.Host.Paths.IsAtOrBelow(target, mount.HostPath))
            ? $"'{link}' is a link to '{target}', which no mount shows." : null, ComplaintKind.Missing);

    /// <summary>A path is one of the host.</summary>
    public static string? PathOfHost(FailedStep failed) =>
        failed.First(name => failed.InContainer(name) is not { } path || Named(name, failed) is not { } file || !IsOfHostOnly(file, path, failed) ? null
            : failed.Mounts.InContainer(file) is { } there ? $"'{file}' is a path of the host: in the container it is '{there}'."
            : FoldersOfImages.FirstOrDefault(folder => ContainerPath.IsAtOrBelow(path, folder)) is { } own ? $"'{file}' is on the host and not in the image, whose own '{own}' the container sees: use an image that has it."
            : failed.Originals is not null ? $"'{file}' is a path of the host, which a hermetic step does not see: declare the file in Inputs, and write its path from the project's folder."
            : $"'{file}' is on the host, and no mount shows it to the container: add Mounts=\"{file}:{path}\".", ComplaintKind.Missing);

    /// <summary>A file of the project's folder is looked for in another one.</summary>
    public static string? ElsewhereInProject(FailedStep failed) =>
        failed is not { KnowsFolders: true, Originals: null, Options: { ClientDirectory: { Length: > 0 } project } options } ? null
        : failed.First(name => name.StartsWith('/') || name.StartsWith("..", StringComparison.Ordinal) || failed.ChangedFolders.FirstOrDefault(name) != name || !failed.Host.Exists(failed.Host.Paths.Full(name, project)) || (failed.OnHost(name) is { } there && failed.Host.Exists(there)) ? null
            : failed.Mounts.InContainer(project) is not { } folder ? $"'{name}' is in the project's folder, which no mount shows to the container: add Mounts=\"{project}:{failed.Host.Paths.InContainer(project)}\" and WorkingDirectory=\"{project}\"."
            : $"'{name}' is in the project's folder, which is '{folder}' in the container, and the step started in {(options.WorkDir.Length > 0 ? $"'{options.WorkDir}'" : "the image's working directory")}: set WorkingDirectory=\"{project}\".", ComplaintKind.Missing);

    private static bool IsOfHostOnly(string file, string path, FailedStep failed) =>
        file != "/" && failed.Host.Exists(file) && failed.Mounts.At(path) is null && !failed.Mounts.IsInMemory(path) && !FoldersOfTheKernel.Any(folder => ContainerPath.IsAtOrBelow(path, folder));

    // What a name would be if the container's folders were the host's.
    private static string? Named(string name, FailedStep failed) => name.StartsWith('/') ? failed.Host.Paths.HasDrives ? null : ContainerPath.Normal(name) : failed.Mounts.OnHost(ContainerPath.Normal(failed.Options.WorkDir)) is { } start ? failed.Host.Paths.Full(name, start) : null;

    private static IEnumerable<string> Names(Complaint complaint, FailedStep failed)
    {
        var beside = complaint.Subject.StartsWith('/') ? complaint.Subject : HostPaths.Linux.Join(ContainerPath.Parent(complaint.File) ?? "", complaint.Subject);
        string[] names = [complaint.Subject, beside, beside + Path.GetExtension(complaint.File)];
        return [.. names, .. failed.ChangedFolders.SelectMany(folder => names.Where(name => !name.StartsWith('/')).Select(name => $"{folder}/{name}"))];
    }

    // The project's file that the step has no copy of; null when it has one, or there is no such file.
    private static string? Original(string name, MountMap originals, FailedStep failed)
    {
        var path = ContainerPath.Normal(name.StartsWith('/') ? name : $"{failed.Options.WorkDir}/{name}");
        var original = originals.OnHost(path) ?? (!name.StartsWith('/') && originals.OnHost(failed.Options.WorkDir) is { } start ? failed.Host.Paths.Full(name, start) : null);
        return original is not null && failed.Host.Exists(original) && !(failed.Mounts.OnHost(path) is { } copy && failed.Host.Exists(copy)) ? original : null;
    }
}
