using RestrictedRunner.Options;

namespace RestrictedRunner;

/// <summary>A host file or folder at a path inside the container.</summary>
/// <param name="HostPath">Absolute path on the host.</param>
/// <param name="ContainerPath">Absolute path inside the container.</param>
/// <param name="ReadOnly">True when the container may not write to it.</param>
public sealed record Mount(string HostPath, string ContainerPath, bool ReadOnly = false)
{
    /// <summary>
    /// Of a folder with the inputs of a step, the names in it at or below which the step's outputs are; empty when they may have
    /// any name. Where files are copied, only these come back, and the engine keeps the folder as it was sent. Null for a folder
    /// that is no step's: all that changes in it comes back.
    /// </summary>
    internal IReadOnlyList<string>? OutputNames { get; init; }

    /// <summary>Files that belong into the folder and are elsewhere on this machine: only where files are copied are they there.</summary>
    internal IReadOnlyList<PlacedFile> Elsewhere { get; init; } = [];

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
