using System.Buffers;
using System.Text;

namespace RestrictedRunner.Masking;

/// <summary>
/// Replaces secrets by <c>***</c>: as they are, in base64, in hexadecimal digits, escaped for URLs, JSON, XML, shells and
/// programming languages, each also when it is broken into lines, coloured, or spread by white space. It does not change.
/// </summary>
/// <param name="values">The values.</param>
internal sealed class SecretMask(IReadOnlyList<byte[]> values)
{
    private const int PieceSize = 64 * 1024;

    private readonly IReadOnlyList<SecretPatterns> _patterns = SecretPatterns.Of(values);

    /// <summary>Masks a text.</summary>
    public string Text(string text)
    {
        var masked = new ArrayBufferWriter<byte>(text.Length);
        var masking = new StreamMask(_patterns);
        masking.Add(Encoding.UTF8.GetBytes(text), masked, isEnd: true);
        return masking.HasFound ? Encoding.UTF8.GetString(masked.WrittenSpan) : text;
    }

    /// <summary>True for a text that holds a secret.</summary>
    public bool IsIn(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return IsIn(stream);
    }

    /// <summary>True for a stream that holds a secret.</summary>
    public bool IsIn(Stream stream)
    {
        var masked = new ArrayBufferWriter<byte>(PieceSize);
        var masking = new StreamMask(_patterns);
        var piece = new byte[PieceSize];
        int read;
        do
        {
            read = stream.Read(piece);
            masking.Add(piece.AsSpan(0, read), masked, isEnd: read == 0);
            masked.ResetWrittenCount();
        }
        while (read > 0 && !masking.HasFound);
        return masking.HasFound;
    }

    /// <summary>What is read of another stream, masked.</summary>
    public Stream Over(Stream stream) => new MaskedStream(stream, new(_patterns));
}
