using System.Text;
using RestrictedRunner.Masking;

namespace RestrictedRunner.Output;

/// <summary>Reads the lines of a stream of bytes as they arrive.</summary>
internal static class Utf8Lines
{
    // Half of what a pipe holds. Its characters, twice as many bytes, stay below the 85,000 of .NET's large objects.
    private const int BufferSize = 32 * 1024;

    /// <summary>
    /// Reads to the end of the stream. A line ends with LF, CR LF, or CR alone (a progress bar); the last one needs no
    /// end. With <paramref name="kept"/>, all bytes are written there too, as they are.
    /// </summary>
    /// <param name="stream">What is read.</param>
    /// <param name="onLine">Gets each line, without its end.</param>
    /// <param name="onCaughtUp">Called after the lines that have arrived together.</param>
    /// <param name="kept">Gets all bytes; may be null.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public static async Task ReadAsync(Stream stream, Action<string> onLine, Action onCaughtUp, Stream? kept, CancellationToken cancellation)
    {
        // Decoded a buffer at a time: of a line nothing is left to do but to copy it.
        var decoder = Encoding.UTF8.GetDecoder();
        var bytes = new byte[BufferSize];
        var characters = new char[Encoding.UTF8.GetMaxCharCount(BufferSize)];
        var lines = new LineSplitter(onLine);
        int read;
        while ((read = await stream.ReadAsync(bytes, cancellation).ConfigureAwait(false)) > 0)
        {
            kept?.Write(bytes, 0, read);
            lines.Add(characters.AsSpan(0, decoder.GetChars(bytes.AsSpan(0, read), characters, flush: false)));
            onCaughtUp();
        }

        lines.Add(characters.AsSpan(0, decoder.GetChars([], characters, flush: true)));
        lines.Finish();
    }

    /// <summary>The same for text of any encoding, with <c>***</c> for secrets; kept bytes are UTF-8.</summary>
    public static async Task ReadAsync(Stream stream, Encoding encoding, SecretMask? mask, Action<string> onLine, Action onCaughtUp, Stream? kept, CancellationToken cancellation)
    {
        if (encoding.CodePage == Encoding.UTF8.CodePage)
        {
            await ReadAsync(stream, mask, onLine, onCaughtUp, kept, cancellation).ConfigureAwait(false);
            return;
        }

        // What is kept is UTF-8 whatever came.
        var text = Encoding.CreateTranscodingStream(stream, encoding, Encoding.UTF8, leaveOpen: true);
        await using (text.ConfigureAwait(false))
        {
            await ReadAsync(text, mask, onLine, onCaughtUp, kept, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task ReadAsync(Stream stream, SecretMask? mask, Action<string> onLine, Action onCaughtUp, Stream? kept, CancellationToken cancellation)
    {
        if (mask is null)
        {
            await ReadAsync(stream, onLine, onCaughtUp, kept, cancellation).ConfigureAwait(false);
            return;
        }

        var masked = mask.Over(stream);
        await using (masked.ConfigureAwait(false))
        {
            await ReadAsync(masked, onLine, onCaughtUp, kept, cancellation).ConfigureAwait(false);
        }
    }
}
