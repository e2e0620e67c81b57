using System.Buffers;
using System.Text;

namespace RestrictedRunner;

/// <summary>Splits a stream of bytes into lines as they arrive.</summary>
internal static class Utf8Lines
{
    /// <summary>A longer line is delivered in pieces of this many bytes, so that memory stays bounded.</summary>
    public const int LongestLine = 16 * 1024 * 1024;

    private const int BufferSize = 64 * 1024;

    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    /// <summary>
    /// Reads to the end of the stream. A line ends with LF, CR LF, or CR alone (a progress bar); the last one needs no
    /// end. With <paramref name="kept"/>, all bytes are written there too, as they are.
    /// </summary>
    public static async Task ReadAsync(Stream stream, Action<string> onLine, Stream? kept, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        var start = new ArrayBufferWriter<byte>();
        var afterReturn = false;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            kept?.Write(buffer, 0, read);
            Split(buffer.AsSpan(0, read), start, ref afterReturn, onLine);
        }

        if (start.WrittenCount > 0)
        {
            onLine(Encoding.UTF8.GetString(start.WrittenSpan));
        }
    }

    /// <summary>The same for text of any encoding; kept bytes are UTF-8.</summary>
    public static async Task ReadAsync(Stream stream, Encoding encoding, Action<string> onLine, Stream? kept, CancellationToken cancellation)
    {
        if (encoding.CodePage == Encoding.UTF8.CodePage)
        {
            await ReadAsync(stream, onLine, kept, cancellation).ConfigureAwait(false);
            return;
        }

        // In UTF-16 a line end has two bytes; as UTF-8 every text has the same.
        var text = Encoding.CreateTranscodingStream(stream, encoding, Encoding.UTF8, leaveOpen: true);
        await using (text.ConfigureAwait(false))
        {
            await ReadAsync(text, onLine, kept, cancellation).ConfigureAwait(false);
        }
    }

    private static void Split(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> start, ref bool afterReturn, Action<string> onLine)
    {
        while (!bytes.IsEmpty)
        {
            if (afterReturn && bytes[0] == '\n')
            {
                bytes = bytes[1..];
            }

            afterReturn = false;
            var end = bytes.IndexOfAny(LineEnds);
            if (end < 0)
            {
                start.Write(bytes);
                DeliverLongStart(start, onLine);
                return;
            }

            if (start.WrittenCount == 0)
            {
                onLine(Encoding.UTF8.GetString(bytes[..end]));
            }
            else
            {
                start.Write(bytes[..end]);
                onLine(Encoding.UTF8.GetString(start.WrittenSpan));
                start.ResetWrittenCount();
            }

            afterReturn = bytes[end] == '\r';
            bytes = bytes[(end + 1)..];
        }
    }

    private static void DeliverLongStart(ArrayBufferWriter<byte> start, Action<string> onLine)
    {
        if (start.WrittenCount < LongestLine)
        {
            return;
        }

        // A character that the piece cuts in two belongs to the next piece.
        var rest = IncompleteTail(start.WrittenSpan).ToArray();
        onLine(Encoding.UTF8.GetString(start.WrittenSpan[..^rest.Length]));
        start.ResetWrittenCount();
        start.Write(rest);
    }

    private static ReadOnlySpan<byte> IncompleteTail(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length <= Math.Min(3, bytes.Length); length++)
        {
            var tail = bytes[^length..];
            if ((tail[0] & 0xC0) != 0x80)
            {
                return Rune.DecodeFromUtf8(tail, out _, out _) == OperationStatus.NeedMoreData ? tail : [];
            }
        }

        return [];
    }
}
