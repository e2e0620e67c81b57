namespace RestrictedRunner;

/// <summary>A host file or folder at a path inside the container.</summary>
/// <param name="HostPath">Absolute path on the host.</param>
/// <param name="ContainerPath">Absolute path inside the container.</param>
/// <param name="ReadOnly">True when the container may not write to it.</param>
public sealed record Mount(string HostPath, string ContainerPath, bool ReadOnly = false)
{
    /// <summary>
    /// A text that stands for all that is in the folder: where folders are copied, one with the same digest is not copied
    /// again. Null to find it out from the files.
    /// </summary>
    internal string? TreeDigest { get; init; }

    /// <summary>
    /// Reads <c>host:container[:ro]</c>. The container path starts at the last <c>:/</c>, so a host path may hold
    /// colons (<c>C:\src:/src</c>, <c>/a:b:/src</c>).
    /// </summary>
    /// <param name="text">The text to read.</param>
    /// <param name="mount">The mount, its host path exactly as written.</param>
    /// <returns>False when the text is not of that form.</returns>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Mount? mount)
    {
        ArgumentNullException.ThrowIfNull(text);
        mount = null;
        var readOnly = text.EndsWith(":ro", StringComparison.Ordinal);
        var paths = readOnly || text.EndsWith(":rw", StringComparison.Ordinal) ? text[..^3] : text;
        var split = paths.LastIndexOf(":/", StringComparison.Ordinal);

        // A colon in what would be the container path is an option of Docker's -v that is not taken: ":z", ":cached".
        if (split < 1 || paths.IndexOf(':', split + 1) >= 0)
        {
            return false;
        }

        mount = new Mount(paths[..split], paths[(split + 1)..], readOnly);
        return true;
    }
}
