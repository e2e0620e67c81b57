using System.Text;

namespace RestrictedRunner.Engine;

/// <summary>The streams and environment of a client process.</summary>
/// <param name="ReadStandardOutput">Reads standard output to its end.</param>
/// <param name="ReadStandardError">Reads standard error to its end.</param>
/// <param name="StandardInput">What the process reads, or null for nothing.</param>
/// <param name="Environment">Variables added to this process's own, or null.</param>
/// <param name="IsHeard">True once something was read that only the command can have written.</param>
/// <param name="Write">Writes the standard input of a process, in place of a stream that is read. Null when there is none.</param>
/// <param name="Release">Called when the process is to end: whoever reads its output waits for nobody else from then on. Null when nobody does.</param>
internal sealed record EngineStreams(
    Func<Stream, CancellationToken, Task> ReadStandardOutput,
    Func<Stream, CancellationToken, Task> ReadStandardError,
    Stream? StandardInput = null,
    IReadOnlyDictionary<string, string?>? Environment = null,
    Func<bool>? IsHeard = null,
    Action? Release = null,
    Func<Stream, CancellationToken, Task>? Write = null);

/// <summary>Streams kept in memory.</summary>
internal static class MemoryStreamText
{
    public static Task CopyFromAsync(this MemoryStream target, Stream source, CancellationToken cancellation) => source.CopyToAsync(target, cancellation);

    public static string ReadText(this MemoryStream source) => Encoding.UTF8.GetString(source.GetBuffer().AsSpan(0, (int)source.Length));
}
