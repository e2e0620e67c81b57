using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Transfer;

/// <summary>Files that are copied to an engine as an archive, and what each of them was then, by its path in the container.</summary>
internal sealed class SentTree
{
    private const UnixFileMode Permissions = (UnixFileMode)0xFFF;
    private const UnixFileMode WindowsFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly Dictionary<string, SentFile> _files = new(StringComparer.Ordinal);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Host _host;
    private readonly ContainerOwner _owner;

    /// <summary>A tree of which nothing was copied yet.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="owner">Whom the files belong to in the container.</param>
    public SentTree(Host host, ContainerOwner owner) => (_host, _owner) = (host, owner);

    /// <summary>The files that were copied.</summary>
    public IReadOnlyDictionary<string, SentFile> Files => _files;

    /// <summary>How many files have a content, and bytes of it.</summary>
    public TransferCount Count { get; private set; }

    /// <summary>A text that stands for all of it: paths, permissions, owners, times and contents.</summary>
    public string Digest => Convert.ToHexString(_hash.GetCurrentHash())[..40].ToLowerInvariant();

    /// <summary>The engine has the files of another tree already.</summary>
    public void AddFiles(SentTree kept)
    {
        foreach (var (path, file) in kept.Files)
        {
            _files[path] = file;
        }
    }

    /// <summary>Writes the archive of what goes into a container.</summary>
    /// <param name="stream">Where it is written.</param>
    /// <param name="content">What is copied.</param>
    /// <param name="place">Folder in the container that the names of the archive start at, such as <c>/</c>.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">A file cannot be read, or nobody reads the archive any more.</exception>
    public void Write(Stream stream, IEnumerable<CopiedMount> content, string place, CancellationToken cancellation)
    {
        using var buffer = new BufferedStream(stream, 128 * 1024);
        using (var writer = new TarWriter(buffer, TarEntryFormat.Pax, leaveOpen: true))
        {
            var start = place.Length == 1 ? 1 : place.Length + 1;
            foreach (var mount in content.OrderBy(mount => mount.ContainerPath, StringComparer.Ordinal))
            {
                Write(writer, mount, path => path.Length < start ? "." : path[start..], cancellation);
            }
        }

        buffer.Flush();
    }

    /// <summary>Reads what would be written, for <see cref="Digest"/>.</summary>
    public void Measure(CopiedMount mount, CancellationToken cancellation) => Write(writer: null, mount, static path => path, cancellation);

    private void Write(TarWriter? writer, CopiedMount mount, Func<string, string> name, CancellationToken cancellation)
    {
        var links = new Dictionary<(ulong, ulong), string>();
        foreach (var file in LocalTree.Of(mount))
        {
            cancellation.ThrowIfCancellationRequested();
            var first = file.Status is { IsRegularFile: true, LinkCount: > 1 } && !links.TryAdd((file.Status.Device, file.Status.Inode), file.ContainerPath)
                ? links[(file.Status.Device, file.Status.Inode)]
                : null;
            var mode = mount.Mode ?? ModeOf(file);
            var isKnown = writer is null && file.Digest is not null;
            using var content = file.Status.IsRegularFile && first is null && !isKnown ? new MeasuredContent(file.HostPath, file.Status.Size) : null;
            if (writer is not null)
            {
                WriteEntry(writer, file, mode, content, name, first);
            }
            else
            {
                content?.CopyTo(Stream.Null);
            }

            Keep(file, mode, content, first);
        }
    }

    private void WriteEntry(TarWriter writer, LocalFile file, UnixFileMode mode, Stream? content, Func<string, string> name, string? first)
    {
        var type = first is not null ? TarEntryType.HardLink : file.Status.IsFolder ? TarEntryType.Directory : file.Target is not null ? TarEntryType.SymbolicLink : TarEntryType.RegularFile;
        var entry = new PaxTarEntry(type, name(file.ContainerPath))
        {
            Mode = mode,
            ModificationTime = Written(file.Status),
            Uid = _owner.Ids?.User ?? (int)file.Status.OwnerId,
            Gid = _owner.Ids?.Group ?? (int)file.Status.GroupId,
        };
        if (first is not null || file.Target is not null)
        {
            entry.LinkName = first is not null ? name(first) : file.Target!;
        }

        if (content is not null)
        {
            entry.DataStream = content;
        }

        writer.WriteEntry(entry);
    }

    private void Keep(LocalFile file, UnixFileMode mode, MeasuredContent? content, string? first)
    {
        var digest = content?.Digest ?? file.Digest ?? (first is not null ? _files[first].Digest : file.Target is { } target ? OfLink(target) : "");
        _files[file.ContainerPath] = new(mode, file.Status.Size, Written(file.Status), digest);
        var line = string.Create(CultureInfo.InvariantCulture, $"{file.ContainerPath}\0{file.Status.Kind}\0{(int)mode}\0{file.Status.OwnerId}\0{file.Status.GroupId}\0{(file.Status.IsRegularFile ? file.Status.WrittenNanoseconds : 0)}\0{digest}\0{first}\0\0");
        _hash.AppendData(Encoding.UTF8.GetBytes(line));
        if (file.Status.IsRegularFile && first is null)
        {
            Count += new TransferCount(1, file.Status.Size, TimeSpan.Zero);
        }
    }

    /// <summary>What stands for a link's target in place of a content.</summary>
    public static string OfLink(string target) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(target)));

    private UnixFileMode ModeOf(LocalFile file) => _host.HasExecutableBit ? (UnixFileMode)file.Status.Mode & Permissions : WindowsFolder;

    private static DateTimeOffset Written(FileStatus status) => DateTimeOffset.UnixEpoch.AddTicks(status.WrittenNanoseconds / TimeSpan.NanosecondsPerTick);
}
