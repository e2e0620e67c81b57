using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Inputs;

/// <summary>A file that a step reads, and what is in it.</summary>
/// <param name="File">The file.</param>
/// <param name="Digest">Digest of its content; null when it cannot be read.</param>
/// <param name="Problem">Why it cannot be read; null when it can.</param>
internal sealed record DigestedFile(InputFile File, Digest? Digest, Exception? Problem = null)
{
    /// <summary>True when an earlier build read it, and nobody can have changed it since.</summary>
    public bool IsRemembered { get; init; }
}
