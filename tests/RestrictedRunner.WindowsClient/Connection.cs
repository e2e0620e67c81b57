using System.Net.Sockets;

namespace RestrictedRunner.WindowsClient;

/// <summary>What a frame carries.</summary>
internal enum FrameKind
{
    /// <summary>A piece of a standard stream; an empty one is its end.</summary>
    StandardInput,
    StandardOutput,
    StandardError,

    /// <summary>The exit code, four bytes: the last frame to Windows.</summary>
    ExitCode,
}

/// <summary>A piece of what the two sides say to each other after the call.</summary>
internal readonly record struct Frame(FrameKind Kind, byte[] Content);

/// <summary>The two sides' connection: whole frames, of several threads.</summary>
internal sealed class Connection : IDisposable
{
    private readonly NetworkStream _stream;
    private readonly BinaryReader _reader;
    private readonly BinaryWriter _writer;
    private readonly Lock _turn = new();

    public Connection(Socket socket)
    {
        socket.NoDelay = true;
        _stream = new(socket, ownsSocket: true);
        _reader = new(_stream);
        _writer = new(_stream);
    }

    public Call ReadCall() => Call.Read(_reader);

    public void Write(Call call)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        call.Write(writer);
        _writer.Write(bytes.ToArray());
    }

    /// <summary>The next frame, or null when the other side is gone.</summary>
    public Frame? ReadFrame()
    {
        try
        {
            var kind = (FrameKind)_reader.ReadByte();
            var content = _reader.ReadBytes(_reader.ReadInt32());
            return new(kind, content);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Sends what a stream has, and its end, as long as the other side is there.</summary>
    public void SendAll(FrameKind kind, Stream source)
    {
        var buffer = new byte[16 * 1024];
        int length;
        do
        {
            length = source.Read(buffer);
        }
        while (TryWrite(kind, buffer.AsSpan(0, length)) && length > 0);
    }

    /// <summary>False when the other side is gone.</summary>
    public bool TryWrite(FrameKind kind, ReadOnlySpan<byte> content)
    {
        try
        {
            lock (_turn)
            {
                _writer.Write((byte)kind);
                _writer.Write(content.Length);
                _writer.Write(content);
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        _stream.Dispose();
    }
}
