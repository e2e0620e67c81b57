using System.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>A file of the host, as a program.</summary>
/// <param name="FirstLine">Its first line, with a carriage return if it has one, as far as the kernel reads it (BINPRM_BUF_SIZE).</param>
/// <param name="IsExecutable">True when somebody may execute it.</param>
internal sealed record HostProgram(string FirstLine, bool IsExecutable)
{
    private const int LongestFirstLine = 255;

    /// <summary>The program that runs a script; empty for a file that names none.</summary>
    public string Interpreter => FirstLine.StartsWith("#!", StringComparison.Ordinal) ? FirstLine[2..].TrimStart(' ', '\t').Split(' ', '\t')[0] : "";

    /// <summary>True when a carriage return ends the first line.</summary>
    public bool HasWindowsLineEnds => FirstLine.EndsWith('\r');

    /// <summary>Reads the start of a file.</summary>
    /// <returns>Null for what is no regular file: to open a named pipe waits for somebody who writes, without end.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static HostProgram? Read(string file)
    {
        if (!File.Exists(file) || FileStatus.Of(file) is { IsRegularFile: false })
        {
            return null;
        }

        using var stream = File.OpenRead(file);
        var start = new byte[LongestFirstLine];
        var text = Encoding.UTF8.GetString(start, 0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
        return new(text.Split('\n')[0], UnixMode.IsExecutable(file));
    }
}
