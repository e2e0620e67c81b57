using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;
using RestrictedRunner.Planning;

namespace RestrictedRunner.Transfer;

/// <summary>
/// How the files of a step get to an engine that does not see them: a pure function of the step. All go into volumes, which
/// can be filled whatever the image, the user and the root file system of the step are. A volume is a folder: a single file
/// goes into one in the place of the folder that the file is in, which begins with the image's files.
/// </summary>
/// <param name="Inputs">Folders that the step only reads: each has a volume that later steps and builds find again.</param>
/// <param name="Carriers">The volumes of this step alone.</param>
internal sealed record CopyPlan(IReadOnlyList<CopiedMount> Inputs, IReadOnlyList<CarrierPlan> Carriers)
{
    private const UnixFileMode EveryoneReads = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode EveryoneWrites = EveryoneReads | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The plan of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="files">Its generated files.</param>
    /// <param name="isFolder">Tells a folder from a file; null for what is neither, such as a socket.</param>
    /// <exception cref="RunnerException">Something cannot be copied.</exception>
    public static CopyPlan Of(PlannedStep step, RunFiles files, Func<string, bool?> isFolder)
    {
        ThrowIfRefused(step);
        CopiedMount[] given = [.. step.Options.Mounts.Select(mount => Copied(mount, isFolder))];
        CopiedMount[] all = [.. given.Select(mount => mount with { Without = given.Where(other => IsInside(other, mount)).Select(other => other.ContainerPath).ToHashSet() }), .. OwnFiles(step, files)];
        CopiedMount[] folders = [.. all.Where(mount => mount.IsFolder)];
        // The engine cannot make the place of a volume inside of one that is read-only.
        CopiedMount[] inputs = [.. folders.Where(folder => !folder.ComesBack && all.All(other => !IsInside(other, folder) || (other.IsFolder && isFolder(Inside(folder, other)) == true)))];
        CopiedMount[] carried = [.. all.Except(inputs)];
        CopiedMount[] single = [.. carried.Where(mount => !mount.IsFolder && Around(folders, mount) is null && !IsOwn(mount))];
        return new(
            inputs,
            [
                .. Carrier(CarrierImage.Empty, [.. carried.Except(single)], [.. carried.Where(mount => mount.IsFolder).Select(mount => mount.ContainerPath), .. carried.Any(IsOwn) ? new[] { OwnPlaces.Folder } : []]),
                .. Carrier(new(step.Options.ImageToRun, step.Options.Platform), single, [.. single.Select(Folder).Distinct()]),
            ]);
    }

    private static bool IsOwn(CopiedMount mount) => ContainerPath.Parent(mount.ContainerPath) == OwnPlaces.Folder;

    private static CopiedMount? Around(CopiedMount[] folders, CopiedMount file) =>
        folders.Where(folder => ContainerPath.IsAtOrBelow(file.ContainerPath, folder.ContainerPath)).MaxBy(folder => folder.ContainerPath.Length);

    private static bool IsInside(CopiedMount mount, CopiedMount folder) => mount.ContainerPath.StartsWith($"{folder.ContainerPath}/", StringComparison.Ordinal);

    private static string Inside(CopiedMount folder, CopiedMount mount) => Path.Join(folder.HostPath, mount.ContainerPath[folder.ContainerPath.Length..]);

    private static CarrierPlan[] Carrier(CarrierImage image, CopiedMount[] content, string[] volumes) => volumes.Length == 0 ? [] : [new(image, volumes, content)];

    private static CopiedMount Copied(Mount mount, Func<string, bool?> isFolder) =>
        new(mount.HostPath, ContainerPath.Normal(mount.ContainerPath), isFolder(mount.HostPath) ?? throw NotCopyable($"'{mount.HostPath}' is neither a file nor a folder, such as a socket or a device"), !mount.ReadOnly) { OutputNames = mount.OutputNames, Elsewhere = mount.Elsewhere };

    private static IEnumerable<CopiedMount> OwnFiles(PlannedStep step, RunFiles files) =>
    [
        .. files.ScriptPath is { } script && !CopiedFiles.HasScriptAsArgument(step.Plan) ? new[] { new CopiedMount(script, OwnPlaces.Copied.Script, IsFolder: false, ComesBack: false) { Mode = EveryoneReads } } : [],
        .. files.PreparedPath is { } prepared ? new[] { new CopiedMount(prepared, OwnPlaces.Copied.Prepared, IsFolder: false, ComesBack: true) { Mode = EveryoneWrites } } : [],
    ];

    private static string Folder(CopiedMount file) =>
        ContainerPath.Parent(file.ContainerPath) is { } parent and not "/" ? parent : throw NotCopyable($"the file '{file.HostPath}' is to be at '{file.ContainerPath}', and a single file cannot be copied to the root; mount it in a folder");

    private static void ThrowIfRefused(PlannedStep step)
    {
        if (RunOpts.HostMount(step.Options.DockerRunOpts) is { } word)
        {
            throw NotCopyable($"DockerRunOpts has '{word}', which mounts a path of this machine; give it in Mounts, which are copied");
        }

        if (step.Secrets is { InputScript: null })
        {
            throw NotCopyable("it has Secrets, and no shell runs its command: they would lie on a disk of the engine's. Use Command with Shell=\"sh\"");
        }
    }

    private static RunnerException NotCopyable(string reason) => new(RunnerFailure.NotCopyable, reason);
}
