using System.Buffers;
using System.Text;

namespace RestrictedRunner.Build.Strategies;

/// <summary>What a step printed, to be logged again when its result comes from the cache.</summary>
internal sealed class RecordedOutput
{
    // A step that prints more is run again rather than kept.
    private const int Limit = 16 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _standardOutput = new();
    private readonly ArrayBufferWriter<byte> _standardError = new();

    /// <summary>True when there was more than is kept.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>The lines of standard output.</summary>
    public byte[] StandardOutput => _standardOutput.WrittenSpan.ToArray();

    /// <summary>The lines of standard error.</summary>
    public byte[] StandardError => _standardError.WrittenSpan.ToArray();

    /// <summary>The command's exit code.</summary>
    public int ExitCode { get; set; } = -1;

    /// <summary>Adds a line.</summary>
    public void Add(OutputLine line)
    {
        var stream = line.Stream == OutputStream.StandardOutput ? _standardOutput : _standardError;
        IsIncomplete |= stream.WrittenCount + line.Text.Length > Limit;
        if (!IsIncomplete)
        {
            Encoding.UTF8.GetBytes(line.Text, stream);
            stream.Write("\n"u8);
        }
    }

    /// <summary>The lines of both streams, those of standard output first: their order among each other is not kept.</summary>
    public static IEnumerable<OutputLine> Lines(byte[] standardOutput, byte[] standardError) =>
        Lines(standardOutput, OutputStream.StandardOutput).Concat(Lines(standardError, OutputStream.StandardError));

    private static IEnumerable<OutputLine> Lines(byte[] bytes, OutputStream stream) =>
        bytes.Length == 0 ? [] : Encoding.UTF8.GetString(bytes)[..^1].Split('\n').Select(text => new OutputLine(stream, text));
}
