using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Inputs;

/// <summary>Digests of files that were hashed in earlier builds.</summary>
/// <param name="Entries">What is remembered, by full path.</param>
internal sealed record DigestCache(IReadOnlyDictionary<string, DigestCache.Entry> Entries)
{
    // Builds say only once in a while what they still need, because that writes the file.
    public const int DaysUntilRenewed = 7;
    private const int DaysUntilForgotten = 30;

    // A file of another form begins in another way, and is read as if there were nothing.
    private static ReadOnlySpan<byte> Form => "RestrictedRunner.Build digests 1\n"u8;

    /// <summary>Today, in days since 1970.</summary>
    public static int Today => (int)(DateTime.UtcNow - DateTime.UnixEpoch).TotalDays;

    public static DigestCache Empty { get; } = new(new Dictionary<string, Entry>());

    /// <summary>The cache that these bytes are; an empty one if they are no whole cache.</summary>
    public static DigestCache Parse(byte[] bytes)
    {
        using var reader = CheckedBytes.Read(Form, bytes);
        if (reader is null)
        {
            return Empty;
        }

        var count = reader.ReadInt32();
        var entries = new Dictionary<string, Entry>(count);
        for (var i = 0; i < count; i++)
        {
            entries.Add(reader.ReadString(), ReadEntry(reader));
        }

        return new(entries);
    }

    /// <summary>The bytes to keep.</summary>
    public byte[] ToBytes() => CheckedBytes.Of(Form, writer =>
    {
        writer.Write(Entries.Count);
        foreach (var (path, entry) in Entries)
        {
            writer.Write(path);
            Write(writer, entry);
        }
    });

    /// <summary>The digest of a file, or null when it is not known or its stamp is another.</summary>
    public Digest? Find(InputFile file) =>
        file.Stamp.IsComplete && Entries.TryGetValue(file.FullPath, out var entry) && entry.Stamp == file.Stamp ? new() { Hash = entry.Hash, SizeBytes = entry.Stamp.Size } : null;

    /// <summary>True when the cache has to be written so that what these files need is not forgotten.</summary>
    /// <param name="files">What a build asks for.</param>
    /// <param name="today">Days since 1970.</param>
    public bool IsToBeRenewed(IEnumerable<InputFile> files, int today) =>
        files.Any(file => Entries.TryGetValue(file.FullPath, out var entry) && today - entry.Day >= DaysUntilRenewed);

    /// <summary>The cache with these files, and without those that no build asked for in a long time.</summary>
    public DigestCache With(IEnumerable<DigestedFile> files, int today)
    {
        var entries = Entries.Where(entry => today - entry.Value.Day < DaysUntilForgotten).ToDictionary();
        foreach (var (file, digest, _) in files)
        {
            entries[file.FullPath] = new(file.Stamp, digest!.Hash, today);
        }

        return new(entries);
    }

    private static Entry ReadEntry(BinaryReader reader) =>
        new(FileStamp.Read(reader), reader.ReadString(), reader.ReadInt32());

    private static void Write(BinaryWriter writer, Entry entry)
    {
        entry.Stamp.Write(writer);
        writer.Write(entry.Hash);
        writer.Write(entry.Day);
    }

    /// <param name="Stamp">The file's when it was hashed.</param>
    /// <param name="Hash">SHA-256 of its content in lower-case hexadecimal.</param>
    /// <param name="Day">When a build last said that it needs the entry: days since 1970.</param>
    internal sealed record Entry(FileStamp Stamp, string Hash, int Day);
}
