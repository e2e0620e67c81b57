using System.Buffers;

namespace RestrictedRunner.Masking;

/// <summary>What is read of another stream, with <c>***</c> for secrets. It ends with the other, which it does not close.</summary>
/// <param name="source">The other stream.</param>
/// <param name="masking">Finds the secrets.</param>
internal sealed class MaskedStream(Stream source, StreamMask masking) : Stream
{
    private readonly byte[] _piece = new byte[32 * 1024];
    private readonly ArrayBufferWriter<byte> _masked = new();
    private int _read;
    private bool _hasEnded;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_read == _masked.WrittenCount && !_hasEnded)
        {
            _masked.ResetWrittenCount();
            _read = 0;
            var length = await source.ReadAsync(_piece, cancellationToken).ConfigureAwait(false);
            _hasEnded = length == 0;
            masking.Add(_piece.AsSpan(0, length), _masked, _hasEnded);
        }

        var part = _masked.WrittenMemory[_read..];
        part = part[..Math.Min(part.Length, buffer.Length)];
        part.CopyTo(buffer);
        _read += part.Length;
        return part.Length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
