using System.Text;
using RestrictedRunner.Build.Parameters;

namespace RestrictedRunner.Build.Logging;

/// <summary>
/// The file with all of a step's output. A step that prints little and succeeds never makes it; of others it is
/// removed at the end unless it was kept.
/// </summary>
internal sealed class LogFile(LogFilePlace place) : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];
    private int _length;
    private FileStream? _file;
    private string _failure = "";
    private bool _kept;

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        if (_failure.Length > 0)
        {
            return;
        }

        // The most that it can need; counted only where that may be too much, so that most lines are gone through once.
        var size = Encoding.UTF8.GetMaxByteCount(line.Length) + 1;
        if (_length + size > BufferSize)
        {
            size = Encoding.UTF8.GetByteCount(line) + 1;
        }

        if (_length + size > BufferSize)
        {
            WriteBuffer();
        }

        if (size > BufferSize)
        {
            Write([.. Encoding.UTF8.GetBytes(line), (byte)'\n']);
        }
        else
        {
            _length += Encoding.UTF8.GetBytes(line, _buffer.AsSpan(_length));
            _buffer[_length++] = (byte)'\n';
        }
    }

    /// <summary>Completes the file, which then stays.</summary>
    /// <returns>Empty, or why there is no file.</returns>
    public string Keep()
    {
        WriteBuffer();
        _kept = _failure.Length == 0;
        Close();
        return _failure;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
    }

    private void WriteBuffer()
    {
        Write(_buffer.AsSpan(0, _length));
        _length = 0;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (_failure.Length > 0)
        {
            return;
        }

        try
        {
            _file ??= Open();
            _file.Write(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure = e.Message;
            Close();
        }
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(place.Path)!);
        return new FileStream(place.Path, place.Shared ? FileMode.Create : FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    private void Close()
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            _file.Dispose();
            if (!_kept)
            {
                File.Delete(place.Path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that is full or gone: what it still has is no harm.
        }

        _file = null;
    }
}
