using System.Formats.Tar;
using System.Security.Cryptography;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Transfer;

/// <summary>A regular file of an archive that an engine sends.</summary>
/// <param name="entry">The file.</param>
/// <param name="path">Full path of its place on this machine.</param>
/// <param name="arrival">When the archive came, and to which machine.</param>
internal sealed class ArrivedFile(TarEntry entry, string path, Arrival arrival)
{
    private const int Chunk = 128 * 1024;

    // Docker cuts fractions of a second off, and podman rounds them.
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(1);

    private readonly UnixFileMode _mode = entry.Mode & Arrival.OfFiles;

    /// <summary>Puts it in its place, unless it is what was sent.</summary>
    /// <param name="sent">What was sent of it; null for nothing.</param>
    /// <param name="isMount">True for a file that is mounted itself: where that is a link, what it leads to is written.</param>
    /// <param name="cancellation">Ends it, in the middle.</param>
    /// <returns>What was changed here.</returns>
    /// <exception cref="EndOfStreamException">The archive breaks off.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public Task<TransferCount> TakeAsync(SentFile? sent, bool isMount, CancellationToken cancellation)
    {
        var before = isMount ? FileStatus.Of(path) : FileStatus.OfLink(path);
        var target = isMount && before is not null && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } real ? real.FullName : path;
        return sent is not null && sent.Size == entry.Length && before is { IsRegularFile: true }
            ? CompareAsync(sent, target, before, cancellation)
            : ReplaceAsync(target, before, cancellation);
    }

    // Of the same length, and most have not been changed: nothing is written until a byte is another than here.
    private async Task<TransferCount> CompareAsync(SentFile sent, string target, FileStatus before, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var changed = new UnfinishedFile(target);
        var position = 0L;
        var here = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await using (here.ConfigureAwait(false))
        {
            var (arrived, known) = (new byte[Math.Min(Chunk, entry.Length + 1)], new byte[Math.Min(Chunk, entry.Length + 1)]);
            var content = entry.DataStream ?? Stream.Null;
            for (int count; (count = await content.ReadAsync(arrived, cancellation).ConfigureAwait(false)) > 0; position += count)
            {
                hash.AppendData(arrived, 0, count);
                if (changed.Content is null && (await here.ReadAtLeastAsync(known.AsMemory(0, count), count, throwOnEndOfStream: false, cancellation).ConfigureAwait(false) != count || !known.AsSpan(0, count).SequenceEqual(arrived.AsSpan(0, count))))
                {
                    here.Position = 0;
                    await changed.BeginAsync(here, position, cancellation).ConfigureAwait(false);
                }

                if (changed.Content is { } file)
                {
                    await file.WriteAsync(arrived.AsMemory(0, count), cancellation).ConfigureAwait(false);
                }
            }
        }

        ThrowIfShort(position);
        // Who has changed it here meanwhile keeps that, unless the step has changed it too.
        if (changed.Content is not null && Convert.ToHexString(hash.GetCurrentHash()) != sent.Digest)
        {
            return Put(changed, before);
        }

        if ((sent.Written - entry.ModificationTime).Duration() > Rounding)
        {
            File.SetLastWriteTimeUtc(path, arrival.TimeOf(entry) ?? arrival.Time.UtcDateTime);
        }

        if ((sent.Mode & Arrival.OfFiles) == _mode)
        {
            return default;
        }

        UnixMode.Set(path, _mode);
        return new(1, 0, TimeSpan.Zero);
    }

    private async Task<TransferCount> ReplaceAsync(string target, FileStatus? before, CancellationToken cancellation)
    {
        using var file = new UnfinishedFile(target);
        await file.BeginAsync(Stream.Null, 0, cancellation).ConfigureAwait(false);
        await (entry.DataStream ?? Stream.Null).CopyToAsync(file.Content!, cancellation).ConfigureAwait(false);
        ThrowIfShort(file.Content!.Position);
        return Put(file, before);
    }

    // Where an archive breaks off, its reader tells no more than an end.
    private void ThrowIfShort(long position)
    {
        if (position != entry.Length)
        {
            throw new EndOfStreamException($"The engine has sent {position} of the {entry.Length} bytes of '{entry.Name}'.");
        }
    }

    private TransferCount Put(UnfinishedFile file, FileStatus? before)
    {
        file.Put(temporary =>
        {
            if (before is { IsRegularFile: true })
            {
                arrival.KeepOwner(temporary, before);
            }
            else
            {
                arrival.GiveAway(temporary, entry);
            }

            UnixMode.Set(temporary, _mode);
            if (arrival.TimeOf(entry) is { } time)
            {
                File.SetLastWriteTimeUtc(temporary, time);
            }

            if (before is { IsFolder: true })
            {
                Directory.Delete(path, recursive: true);
            }
        });
        return new(1, entry.Length, TimeSpan.Zero);
    }
}
