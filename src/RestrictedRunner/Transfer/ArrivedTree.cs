using System.Formats.Tar;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Transfer;

/// <summary>
/// Takes over what a step has changed, from an archive that an engine sends. Whatever the archive says, nothing outside of the
/// mounted file or folder is written: see <see cref="ArrivedNames"/>.
/// </summary>
internal sealed class ArrivedTree
{
    private const UnixFileMode OwnerWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly CopiedMount _mount;
    private readonly IReadOnlyDictionary<string, SentFile> _sent;
    private readonly Host _host;
    private readonly Arrival _arrival;
    private readonly ArrivedNames _names;
    private readonly Dictionary<string, UnixFileMode> _modes = new(StringComparer.Ordinal);

    /// <summary>A tree of which nothing has arrived.</summary>
    /// <param name="mount">What was copied to the engine.</param>
    /// <param name="sent">What was copied, by paths in the container.</param>
    /// <param name="host">This machine.</param>
    /// <param name="part">Name in the mounted folder of what arrives of it; empty for all.</param>
    public ArrivedTree(CopiedMount mount, IReadOnlyDictionary<string, SentFile> sent, Host host, string part = "")
    {
        (_mount, _sent, _host) = (mount, sent, host);
        _arrival = new(host, DateTimeOffset.UtcNow);
        _names = new(mount, part, host);
        Source = _names.InContainer(part);
    }

    /// <summary>Path in the container of what arrives.</summary>
    public string Source { get; }

    /// <summary>What was changed here.</summary>
    public TransferCount Count { get; private set; }

    /// <summary>Paths in the container of what was left where it is: pipes, sockets and devices.</summary>
    public List<string> Left { get; } = [];

    /// <summary>Reads the archive to its end.</summary>
    /// <param name="stream">The archive. The name of its first entry is that of what arrives, and stands before all others.</param>
    /// <param name="cancellation">Ends it, in the middle.</param>
    /// <exception cref="InvalidDataException">It is no archive of that mount, or breaks off.</exception>
    /// <exception cref="IOException">Something cannot be written.</exception>
    public async Task ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var reader = new TarReader(stream, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
            {
                if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
                {
                    continue;
                }

                var name = _names.Of(entry.Name);
                if (!_names.IsElsewhere(_names.InContainer(name)))
                {
                    await TakeAsync(entry, name, cancellation).ConfigureAwait(false);
                }
            }
        }

        if (_names.IsEmpty)
        {
            throw new InvalidDataException("The engine has sent an empty archive.");
        }
    }

    /// <summary>
    /// Removes what the step has removed, once the engine says that it has sent all: until then nobody knows whether what is
    /// not there is gone or was left out.
    /// </summary>
    /// <exception cref="IOException">Something cannot be removed.</exception>
    public void Complete()
    {
        RemoveGone();
        foreach (var (path, mode) in _modes.OrderByDescending(folder => folder.Key.Length))
        {
            UnixMode.Set(path, mode);
        }
    }

    private async Task TakeAsync(TarEntry entry, string name, CancellationToken cancellation)
    {
        _names.Add(name);
        switch (entry.EntryType)
        {
            case TarEntryType.Directory when name.Length > 0 || _mount.IsFolder:
                TakeFolder(entry, name);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile when name.Length > 0 || !_mount.IsFolder:
                Count += await new ArrivedFile(entry, _names.OnHost(name), _arrival).TakeAsync(_sent.GetValueOrDefault(_names.InContainer(name)), isMount: name.Length == 0, cancellation).ConfigureAwait(false);
                break;
            case TarEntryType.SymbolicLink when name.Length > 0:
                TakeLink(entry, name);
                break;
            case TarEntryType.HardLink when name.Length > 0:
                TakeName(entry, name);
                break;
            case TarEntryType.Fifo or TarEntryType.CharacterDevice or TarEntryType.BlockDevice when name.Length > 0:
                Left.Add(_names.InContainer(name));
                break;
            default:
                throw new InvalidDataException($"The step has made a {entry.EntryType} of '{_names.InContainer(name)}'.");
        }
    }

    private void TakeFolder(TarEntry entry, string name)
    {
        var path = _names.OnHost(name);
        var mode = entry.Mode & Arrival.OfFolders;
        if (name.Length > 0 && FileStatus.OfLink(path) is not { IsFolder: true })
        {
            Remove(path);
            Directory.CreateDirectory(path);
            _arrival.GiveAway(path, entry);
            _modes[path] = mode;
        }
        else if (_sent.TryGetValue(_names.InContainer(name), out var sent) && (sent.Mode & Arrival.OfFolders) != mode && name.Length > 0)
        {
            _modes[path] = mode;
            UnixMode.Set(path, mode | OwnerWrites);
        }

        _names.AddFolder(name);
    }

    private void TakeLink(TarEntry entry, string name)
    {
        var path = _names.OnHost(name);
        if (FileStatus.OfLink(path) is { IsLink: true } && new FileInfo(path).LinkTarget == entry.LinkName)
        {
            return;
        }

        Remove(path);
        NewLink.Symbolic(path, entry.LinkName);
        Count += new TransferCount(1, 0, TimeSpan.Zero);
    }

    private void TakeName(TarEntry entry, string name)
    {
        var path = _names.OnHost(name);
        if (_names.Of(entry.LinkName) is not { Length: > 0 } first || first == name || !_names.Has(first) || FileStatus.OfLink(_names.OnHost(first)) is not { IsRegularFile: true } file)
        {
            throw new InvalidDataException($"The engine has sent '{entry.Name}' as another name of '{entry.LinkName}', which is none of its files.");
        }

        if (FileStatus.OfLink(path) is { } before && (before.Device, before.Inode) == (file.Device, file.Inode))
        {
            return;
        }

        Remove(path);
        NewLink.Hard(path, _names.OnHost(first));
        Count += new TransferCount(1, 0, TimeSpan.Zero);
    }

    // Files within a folder before the folder.
    private void RemoveGone()
    {
        foreach (var name in _sent.Keys.Select(_names.Below).OfType<string>().Where(name => !_names.Has(name)).OrderByDescending(name => name.Length))
        {
            var here = _names.OnHost(name);
            if (FileStatus.OfLink(here) is not { } status || HasLinkAbove(here))
            {
                continue;
            }

            if (!status.IsFolder)
            {
                File.Delete(here);
                Count += new TransferCount(1, 0, TimeSpan.Zero);
            }
            else if (!Directory.EnumerateFileSystemEntries(here).Any())
            {
                // What somebody else has put there meanwhile stays.
                Directory.Delete(here);
            }
        }
    }

    // Where the step has put a link in the place of a folder, what was in the folder has gone with it.
    private bool HasLinkAbove(string path)
    {
        for (var folder = _host.Paths.Parent(path); folder is not null && folder.Length > _mount.HostPath.Length; folder = _host.Paths.Parent(folder))
        {
            if (FileStatus.OfLink(folder) is not { IsFolder: true })
            {
                return true;
            }
        }

        return false;
    }

    private static void Remove(string path)
    {
        switch (FileStatus.OfLink(path))
        {
            case null: break;
            case { IsFolder: true }: Directory.Delete(path, recursive: true); break;
            default: File.Delete(path); break;
        }
    }
}
