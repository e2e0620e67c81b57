using System.Diagnostics.CodeAnalysis;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>Content as it travels when both sides have zstd. What uses nothing of this does not load the library.</summary>
internal static class Zstd
{
    // The fastest of the usual levels: what is slower than the network is of no use.
    private const int Level = 1;

    // 32 MB: more than the usual levels need, and all that a sender can have us reserve.
    private const int MostWindowBits = 25;

    /// <summary>The content of a compressed stream, which is disposed of with it.</summary>
    public static Stream Decompressed(Stream compressed) => new Content(compressed);

    /// <summary>A stream that compresses what is written to it.</summary>
    /// <param name="compressed">Gets the result, and stays open.</param>
    public static Stream Compressing(Stream compressed) => new CompressionStream(compressed, Level, leaveOpen: true);

    /// <summary>Compresses some bytes.</summary>
    /// <returns>Null when they are no shorter then.</returns>
    public static byte[]? Compressed(ReadOnlySpan<byte> bytes)
    {
        using var compressor = new Compressor(Level);
        var buffer = new byte[bytes.Length];
        return compressor.TryWrap(bytes, buffer, out var count) && count < bytes.Length ? buffer[..count] : null;
    }

    private sealed class Content : ForwardStream
    {
        private readonly DecompressionStream _stream;

        [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "It is a field.")]
        public Content(Stream compressed)
        {
            _stream = new(compressed, leaveOpen: false);
            _stream.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, MostWindowBits);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ZstdException or EndOfStreamException)
            {
                throw new ServerException(ServerFailure.WrongContent, $"it sent what cannot be decompressed: {e.Message}", e);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _stream.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
