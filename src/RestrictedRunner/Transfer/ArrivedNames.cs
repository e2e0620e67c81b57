using RestrictedRunner.Hosts;

namespace RestrictedRunner.Transfer;

/// <summary>
/// The names in an archive that an engine sends, each checked before anything is written in its place: it leads only through
/// folders that the archive had before, and no name comes twice. So none leads through a link, and out of the mounted folder.
/// </summary>
/// <param name="mount">The file or folder that was mounted.</param>
/// <param name="part">Name in the mounted folder of what the archive has of it; empty for all.</param>
/// <param name="host">This machine.</param>
internal sealed class ArrivedNames(CopiedMount mount, string part, Host host)
{
    private readonly HashSet<string> _folders = new(part.Length > 0 ? [""] : [], host.Paths.Comparer);
    private readonly HashSet<string> _seen = new(host.Paths.Comparer);
    private string? _root;

    /// <summary>True when the archive had no entry.</summary>
    public bool IsEmpty => _root is null;

    /// <summary>
    /// The name of an entry below the mount, without a slash at either end; empty for the mount itself. The first entry of an
    /// archive is the root of all others.
    /// </summary>
    /// <param name="entry">The name in the archive.</param>
    /// <exception cref="InvalidDataException">It is not below the root.</exception>
    public string Of(string entry)
    {
        var name = entry.Trim('/') is "." ? "" : entry.Trim('/');
        _root ??= name;
        var rest = _root.Length == 0 ? name
            : name == _root ? ""
            : name.StartsWith($"{_root}/", StringComparison.Ordinal) ? name[(_root.Length + 1)..]
            : throw new InvalidDataException($"The engine has sent '{entry}', which is not in '{_root}'.");
        return part.Length == 0 ? rest : rest.Length == 0 ? part : $"{part}/{rest}";
    }

    /// <summary>Path in the container.</summary>
    /// <param name="name">Name below the mount.</param>
    public string InContainer(string name) => name.Length == 0 ? mount.ContainerPath : $"{mount.ContainerPath}/{name}";

    /// <summary>Full path on this machine.</summary>
    /// <inheritdoc cref="InContainer"/>
    public string OnHost(string name) => name.Length == 0 ? mount.HostPath : host.Paths.Join(mount.HostPath, name);

    /// <summary>True for the place of another mount, whose files come with that.</summary>
    /// <param name="path">Path in the container.</param>
    public bool IsElsewhere(string path) => mount.Without.Any(place => ContainerPath.IsAtOrBelow(path, place));

    /// <summary>Checks the name of an entry, and takes it down.</summary>
    /// <param name="name">Name below the mount.</param>
    /// <exception cref="InvalidDataException">Nothing may be written there.</exception>
    public void Add(string name)
    {
        var names = name.Split('/');
        if (name.Length > 0 && names.Any(word => word is "" or "." or ".." || word.Contains('\0', StringComparison.Ordinal) || (host.IsWindows && !WindowsName.IsValid(word))))
        {
            throw new InvalidDataException($"The engine has sent '{InContainer(name)}', which is no name for a file here.");
        }

        if (name.Length > 0 && !_folders.Contains(string.Join('/', names[..^1])))
        {
            throw new InvalidDataException($"The engine has sent '{InContainer(name)}', and no folder for it.");
        }

        if (!_seen.Add(name))
        {
            throw new InvalidDataException($"The engine has sent '{InContainer(name)}' twice, or in two spellings, which are one name here.");
        }
    }

    /// <summary>The entry of a name is a folder: others may be in it.</summary>
    /// <inheritdoc cref="InContainer"/>
    public void AddFolder(string name) => _folders.Add(name);

    /// <summary>True for a name that has come.</summary>
    /// <inheritdoc cref="InContainer"/>
    public bool Has(string name) => _seen.Contains(name);

    /// <summary>The name that a path in the container has below the mount; null for one that the archive would not have.</summary>
    /// <param name="path">Path in the container.</param>
    public string? Below(string path) =>
        path.Length > mount.ContainerPath.Length && ContainerPath.IsAtOrBelow(path, InContainer(part)) && !IsElsewhere(path) ? path[(mount.ContainerPath.TrimEnd('/').Length + 1)..] : null;
}
