using System.Formats.Tar;
using System.Security.Cryptography;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Transfer;

/// <summary>
/// Takes over what a step has changed, from an archive that an engine sends. Whatever the archive says, nothing outside of the
/// mounted file or folder is written: a name leads only through folders that the archive had before, each of which is a folder
/// here and no link.
/// </summary>
internal sealed class ArrivedTree
{
    private const int LongestInMemory = 1024 * 1024;

    // A program with the caller's rights that a container has written would be the caller's own danger.
    private const UnixFileMode OfFiles = (UnixFileMode)0x1FF;
    private const UnixFileMode OfFolders = OfFiles | UnixFileMode.StickyBit;
    private const UnixFileMode OwnerWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Docker cuts fractions of a second off, and podman rounds them.
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    // The clocks of two machines differ by less: an earlier time is one that a program has set.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromDays(1);

    private readonly CopiedMount _mount;
    private readonly IReadOnlyDictionary<string, SentFile> _sent;
    private readonly Host _host;
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnixFileMode> _modes = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    /// <summary>A tree of which nothing has arrived.</summary>
    /// <param name="mount">What was copied to the engine.</param>
    /// <param name="sent">What was copied, by paths in the container.</param>
    /// <param name="host">The machine.</param>
    public ArrivedTree(CopiedMount mount, IReadOnlyDictionary<string, SentFile> sent, Host host) => (_mount, _sent, _host) = (mount, sent, host);

    /// <summary>What was changed here.</summary>
    public TransferCount Count { get; private set; }

    /// <summary>Names of what was left where it is: pipes, sockets and devices.</summary>
    public List<string> Left { get; } = [];

    /// <summary>Reads the archive to its end, and removes what is not in it any more.</summary>
    /// <param name="stream">The archive. The name of its first entry is that of the mount, and stands before all others.</param>
    /// <param name="cancellation">Ends it, in the middle.</param>
    /// <exception cref="InvalidDataException">It is no archive of that mount, or breaks off.</exception>
    /// <exception cref="IOException">Something cannot be written.</exception>
    public async Task ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var reader = new TarReader(stream, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            string? root = null;
            while (await reader.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
            {
                if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
                {
                    continue;
                }

                root ??= Trimmed(entry.Name);
                if (NameBelow(root, entry.Name) is { } name && !IsElsewhere(name))
                {
                    await TakeAsync(entry, name, root, cancellation).ConfigureAwait(false);
                }
            }

            if (root is null)
            {
                throw new InvalidDataException("The engine has sent an empty archive.");
            }
        }

        RemoveGone();
        foreach (var (path, mode) in _modes.OrderByDescending(folder => folder.Key.Length))
        {
            UnixMode.Set(path, mode);
        }
    }

    private static string Trimmed(string name) => name.Trim('/') is "." ? "" : name.Trim('/');

    // Below the root of the archive, without a slash at either end; empty for the root.
    private static string? NameBelow(string root, string entry)
    {
        var name = Trimmed(entry);
        return root.Length == 0 ? name
            : name == root ? ""
            : name.StartsWith($"{root}/", StringComparison.Ordinal) ? name[(root.Length + 1)..]
            : throw new InvalidDataException($"The engine has sent '{entry}', which is not in '{root}'.");
    }

    private bool IsElsewhere(string name) => name.Length > 0 && _mount.Without.Any(place => ContainerPath.IsAtOrBelow(InContainer(name), place));

    private string InContainer(string name) => name.Length == 0 ? _mount.ContainerPath : $"{_mount.ContainerPath}/{name}";

    private string OnHost(string name) => name.Length == 0 ? _mount.HostPath : _host.Paths.Join(_mount.HostPath, name);

    private async Task TakeAsync(TarEntry entry, string name, string root, CancellationToken cancellation)
    {
        CheckPlace(name, entry.Name);
        _seen.Add(InContainer(name));
        switch (entry.EntryType)
        {
            case TarEntryType.Directory when name.Length > 0 || _mount.IsFolder:
                TakeFolder(entry, name);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile when name.Length > 0 || !_mount.IsFolder:
                await TakeFileAsync(entry, name, cancellation).ConfigureAwait(false);
                break;
            case TarEntryType.SymbolicLink when name.Length > 0:
                TakeLink(entry, name);
                break;
            case TarEntryType.HardLink when name.Length > 0:
                TakeName(entry, name, root);
                break;
            case TarEntryType.Fifo or TarEntryType.CharacterDevice or TarEntryType.BlockDevice when name.Length > 0:
                Left.Add(InContainer(name));
                break;
            default:
                throw new InvalidDataException($"The step has made a {entry.EntryType} of '{InContainer(name)}'.");
        }
    }

    private void CheckPlace(string name, string entry)
    {
        if (name.Length == 0)
        {
            return;
        }

        var names = name.Split('/');
        if (names.Any(part => part is "" or "." or ".." || part.Contains('\0', StringComparison.Ordinal) || (_host.IsWindows && !WindowsName.IsValid(part))))
        {
            throw new InvalidDataException($"The engine has sent '{entry}', which is no name for a file here.");
        }

        if (!_folders.Contains(string.Join('/', names[..^1])))
        {
            throw new InvalidDataException($"The engine has sent '{entry}', and no folder for it.");
        }
    }

    private void TakeFolder(TarEntry entry, string name)
    {
        var path = OnHost(name);
        var mode = entry.Mode & OfFolders;
        if (name.Length > 0 && FileStatus.OfLink(path) is not { IsFolder: true })
        {
            Remove(path);
            Directory.CreateDirectory(path);
            GiveAway(path, entry);
            _modes[path] = mode;
        }
        else if (_sent.TryGetValue(InContainer(name), out var sent) && (sent.Mode & OfFolders) != mode && name.Length > 0)
        {
            _modes[path] = mode;
            UnixMode.Set(path, mode | OwnerWrites);
        }

        _folders.Add(name);
    }

    private async Task TakeFileAsync(TarEntry entry, string name, CancellationToken cancellation)
    {
        var path = OnHost(name);
        var mode = entry.Mode & OfFiles;
        var sent = _sent.GetValueOrDefault(InContainer(name));
        var before = name.Length == 0 ? FileStatus.Of(path) : FileStatus.OfLink(path);
        await (sent is not null && sent.Size == entry.Length && before is { IsRegularFile: true }
            ? CompareAsync(entry, sent, path, mode, before, cancellation)
            : PutAsync(entry.DataStream ?? Stream.Null, entry, path, mode, before, cancellation)).ConfigureAwait(false);
    }

    // A file of the same length is looked at before anything is written: most have not been changed.
    private async Task CompareAsync(TarEntry entry, SentFile sent, string path, UnixFileMode mode, FileStatus before, CancellationToken cancellation)
    {
        Stream kept = entry.Length <= LongestInMemory ? new MemoryStream() : TemporaryFile(path);
        await using (kept.ConfigureAwait(false))
        {
            if (entry.DataStream is { } content)
            {
                await content.CopyToAsync(kept, cancellation).ConfigureAwait(false);
            }

            ThrowIfShort(kept, entry);
            kept.Position = 0;
            if (Convert.ToHexString(await SHA256.HashDataAsync(kept, cancellation).ConfigureAwait(false)) != sent.Digest)
            {
                kept.Position = 0;
                await PutAsync(kept, entry, path, mode, before, cancellation).ConfigureAwait(false);
                return;
            }
        }

        if ((sent.Mode & OfFiles) != mode)
        {
            UnixMode.Set(path, mode);
            Count += new TransferCount(1, 0, TimeSpan.Zero);
        }

        if ((sent.Written - entry.ModificationTime).Duration() > Rounding)
        {
            File.SetLastWriteTimeUtc(path, TimeOf(entry) ?? _now.UtcDateTime);
        }
    }

    // Where an archive breaks off, its reader tells no more than an end.
    private static void ThrowIfShort(Stream content, TarEntry entry)
    {
        if (content.Position != entry.Length)
        {
            throw new EndOfStreamException($"The engine has sent {content.Position} of the {entry.Length} bytes of '{entry.Name}'.");
        }
    }

    private static FileStream TemporaryFile(string path) =>
        new(BesideOf(path), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose }.With(UnixFileMode.UserRead | UnixFileMode.UserWrite));

    private static string BesideOf(string path) => $"{path[..^Path.GetFileName(path).Length]}.restricted-runner-{Guid.NewGuid():N}";

    // In the place of an old one at once, never half.
    private async Task PutAsync(Stream content, TarEntry entry, string path, UnixFileMode mode, FileStatus? before, CancellationToken cancellation)
    {
        var target = before is { IsLink: false } && _mount.HostPath == path && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } real ? real.FullName : path;
        var temporary = BesideOf(target);
        try
        {
            var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }.With(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            await using (file.ConfigureAwait(false))
            {
                await content.CopyToAsync(file, cancellation).ConfigureAwait(false);
                ThrowIfShort(file, entry);
            }

            if (before is { IsRegularFile: true })
            {
                KeepOwner(temporary, before);
            }
            else
            {
                GiveAway(temporary, entry);
            }

            UnixMode.Set(temporary, mode);
            if (TimeOf(entry) is { } time)
            {
                File.SetLastWriteTimeUtc(temporary, time);
            }

            if (before is { IsFolder: true })
            {
                Remove(path);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        Count += new TransferCount(1, entry.Length, TimeSpan.Zero);
    }

    private void TakeLink(TarEntry entry, string name)
    {
        var path = OnHost(name);
        if (FileStatus.OfLink(path) is { IsLink: true } && new FileInfo(path).LinkTarget == entry.LinkName)
        {
            return;
        }

        Remove(path);
        NewLink.Symbolic(path, entry.LinkName);
        Count += new TransferCount(1, 0, TimeSpan.Zero);
    }

    private void TakeName(TarEntry entry, string name, string root)
    {
        var path = OnHost(name);
        if (NameBelow(root, entry.LinkName) is not { Length: > 0 } first || !_seen.Contains(InContainer(first)) || FileStatus.OfLink(OnHost(first)) is not { IsRegularFile: true } file)
        {
            throw new InvalidDataException($"The engine has sent '{entry.Name}' as another name of '{entry.LinkName}', which is none of its files.");
        }

        if (FileStatus.OfLink(path) is { } before && (before.Device, before.Inode) == (file.Device, file.Inode))
        {
            return;
        }

        Remove(path);
        NewLink.Hard(path, OnHost(first));
        Count += new TransferCount(1, 0, TimeSpan.Zero);
    }

    // Files within a folder before the folder.
    private void RemoveGone()
    {
        foreach (var path in _sent.Keys.Where(IsGone).OrderByDescending(path => path.Length))
        {
            var here = OnHost(path[(_mount.ContainerPath.Length + 1)..]);
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

        bool IsGone(string path) =>
            !_seen.Contains(path) && path.StartsWith($"{_mount.ContainerPath}/", StringComparison.Ordinal) && !_mount.Without.Any(place => ContainerPath.IsAtOrBelow(path, place));
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

    // The time of now is what a file has anyway. Another would make outputs look older than what they were made from.
    private DateTime? TimeOf(TarEntry entry) => entry.ModificationTime < _now - ClockDifference ? entry.ModificationTime.UtcDateTime : null;

    // What root mounts belongs to whom it belongs to in the container; what another mounts is that other's, because only root may give away.
    private void GiveAway(string path, TarEntry entry)
    {
        if (_host is { Kind: HostKind.Linux, UserId: 0 } && (entry.Uid != 0 || entry.Gid != 0))
        {
            FileOwner.Set(path, (uint)entry.Uid, (uint)entry.Gid);
        }
    }

    private void KeepOwner(string path, FileStatus before)
    {
        if (_host is { Kind: HostKind.Linux, UserId: 0 } && (before.OwnerId != 0 || before.GroupId != 0))
        {
            FileOwner.Set(path, before.OwnerId, before.GroupId);
        }
    }
}
