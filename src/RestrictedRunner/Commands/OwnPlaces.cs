namespace RestrictedRunner.Commands;

/// <summary>Where the runner's own files are inside a container.</summary>
/// <param name="Script">The script.</param>
/// <param name="Prepared">The file that the script writes to when the prepare command is through.</param>
/// <param name="CaBundle">What <see cref="StepOptions.CaBundle"/> names.</param>
internal sealed record OwnPlaces(string Script, string Prepared, string CaBundle)
{
    /// <summary>The folder of those that were copied.</summary>
    public const string Folder = "/.restricted-runner";

    /// <summary>Of single files that are mounted. At the root, because a mount point below a folder that the user mounts (<c>/tmp</c>) would be created on the host.</summary>
    public static OwnPlaces Mounted { get; } = new("/.restricted-runner.sh", "/.restricted-runner.prepared", "/.restricted-runner.ca.pem");

    /// <summary>Of files that were copied: a volume is a folder.</summary>
    public static OwnPlaces Copied { get; } = new($"{Folder}/script.sh", $"{Folder}/prepared", $"{Folder}/ca.pem");
}
