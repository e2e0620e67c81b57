using System.IO.Pipes;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RestrictedRunner.Hosts;

/// <summary>A pipe with a name in the file system, from its reader's side: <c>fifo(7)</c>.</summary>
internal sealed class NamedPipe : IDisposable
{
    // Whoever else read would take what is written away.
    private const UnixFileMode EveryoneWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly SafeFileHandle _writer;
    private readonly SafePipeHandle _reader;

    /// <summary>Opens a pipe that was made.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public NamedPipe(string path)
    {
        // Opening for both does not wait for somebody else to write, and keeps the reader from an end before anybody has.
        _writer = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        using var reader = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        _reader = new SafePipeHandle(reader.DangerousGetHandle(), ownsHandle: true);
        reader.SetHandleAsInvalid();
        Reader = new AnonymousPipeClientStream(PipeDirection.In, _reader);
    }

    /// <summary>What is written to the pipe. It ends when all who write have ended, after <see cref="EndWriting"/>.</summary>
    public Stream Reader { get; }

    /// <summary>Makes a pipe that everyone who can reach it may write to.</summary>
    /// <returns>False where the file system has none.</returns>
    public static bool TryMake(string path)
    {
        if (LibC.MakeFifo([.. Encoding.UTF8.GetBytes(path), 0], (uint)EveryoneWrites) != 0)
        {
            return false;
        }

        // The process's umask has taken away some of it.
        UnixMode.Set(path, EveryoneWrites);
        return true;
    }

    /// <summary>Nobody on this side writes any more.</summary>
    public void EndWriting() => _writer.Dispose();

    public void Dispose()
    {
        _writer.Dispose();
        Reader.Dispose();
        _reader.Dispose();
    }
}
