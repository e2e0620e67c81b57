using System.Buffers.Binary;

namespace RestrictedRunner.WindowsClient;

/// <summary>What a frame carries.</summary>
internal enum FrameKind
{
    /// <summary>The call, as JSON: the first frame to Linux.</summary>
    Call,

    /// <summary>A piece of a standard stream; an empty one is its end.</summary>
    StandardInput,
    StandardOutput,
    StandardError,

    /// <summary>The exit code, four bytes: the last frame to Windows.</summary>
    ExitCode,
}

/// <summary>A piece of what the two sides say to each other: its kind, the length of its content, and the content.</summary>
internal readonly record struct Frame(FrameKind Kind, ReadOnlyMemory<byte> Content)
{
    private const int HeaderLength = 5;

    /// <summary>The next frame, or null at the end of the stream.</summary>
    public static async Task<Frame?> ReadAsync(Stream stream)
    {
        var header = new byte[HeaderLength];
        if (await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
        {
            return null;
        }

        var content = new byte[BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(1))];
        await stream.ReadExactlyAsync(content);
        return new((FrameKind)header[0], content);
    }

    /// <summary>Sends what a stream has, and its end.</summary>
    public static async Task SendAllAsync(FrameKind kind, Stream source, FrameWriter target)
    {
        var buffer = new byte[16 * 1024];
        int length;
        do
        {
            length = await source.ReadAsync(buffer);
            target.Write(new(kind, buffer.AsMemory(0, length)));
        }
        while (length > 0);
    }

    /// <summary>The frame's bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[HeaderLength + Content.Length];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(1), Content.Length);
        Content.CopyTo(bytes.AsMemory(HeaderLength));
        return bytes;
    }
}

/// <summary>Sends whole frames, one after the other.</summary>
internal sealed class FrameWriter(Stream stream)
{
    private readonly Lock _turn = new();

    public void Write(Frame frame)
    {
        lock (_turn)
        {
            stream.Write(frame.ToBytes());
        }
    }
}
