using System.Text;

namespace RestrictedRunner;

/// <summary>The first and the last bytes of a stream, whatever its size.</summary>
internal sealed class StreamEnds
{
    private const int HeadSize = 16 * 1024;
    private const int TailSize = 1024;

    private byte[] _head = [];
    private byte[] _tail = [];

    /// <summary>The stream's start as text.</summary>
    public string Head => Encoding.UTF8.GetString(_head);

    /// <summary>The stream's end as text.</summary>
    public string Tail => Encoding.UTF8.GetString(_tail);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        _head = [.. _head, .. bytes[..Math.Min(bytes.Length, HeadSize - _head.Length)]];
        _tail = [.. _tail, .. bytes[Math.Max(0, bytes.Length - TailSize)..]];
        _tail = _tail[Math.Max(0, _tail.Length - TailSize)..];
    }
}
