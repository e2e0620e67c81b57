using System.Text;

namespace RestrictedRunner.Output;

/// <summary>The first bytes of a stream, whatever its size.</summary>
internal sealed class StreamStart
{
    private const int Size = 16 * 1024;

    private byte[] _bytes = [];

    /// <summary>The stream's start as text.</summary>
    public string Text => Encoding.UTF8.GetString(_bytes);

    public void Add(ReadOnlySpan<byte> bytes) => _bytes = [.. _bytes, .. bytes[..Math.Min(bytes.Length, Size - _bytes.Length)]];
}
