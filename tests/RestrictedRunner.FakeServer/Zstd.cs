using Google.Protobuf;
using ZstdSharp;
using Form = RestrictedRunner.Build.RemoteExecution.Compressor.Types.Value;

namespace RestrictedRunner.FakeServer;

/// <summary>Content as it travels.</summary>
internal static class Zstd
{
    public static ByteString Read(ByteString sent, Form form)
    {
        if (form == Form.Identity)
        {
            return sent;
        }

        using var stream = new DecompressionStream(new MemoryStream(sent.ToByteArray()));
        return ByteString.FromStream(stream);
    }

    public static ByteString Write(ReadOnlyMemory<byte> content, Form form)
    {
        if (form == Form.Identity)
        {
            return UnsafeByteOperations.UnsafeWrap(content);
        }

        using var zstd = new Compressor();
        return ByteString.CopyFrom(zstd.Wrap(content.Span));
    }

    public static ByteString Write(ByteString content, Form form) => Write(content.Memory, form);
}
