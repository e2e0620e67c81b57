using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Keys;

/// <summary>One thing that a step sees of the host.</summary>
/// <param name="Path">Relative to the root of the inputs, with <c>/</c> and without <c>.</c> and <c>..</c>: <c>src/a.txt</c>.</param>
internal abstract record InputEntry(string Path)
{
    /// <param name="Path">Where it is.</param>
    /// <param name="Digest">Digest of its content.</param>
    /// <param name="IsExecutable">The one bit of its mode that counts.</param>
    internal sealed record File(string Path, Digest Digest, bool IsExecutable) : InputEntry(Path);

    /// <param name="Path">Where it is.</param>
    /// <param name="Target">What it leads to, as it is written in the link.</param>
    internal sealed record Link(string Path, string Target) : InputEntry(Path);

    /// <summary>A folder that is there even if nothing is in it; the folders of other entries need none.</summary>
    /// <param name="Path">Where it is.</param>
    internal sealed record Folder(string Path) : InputEntry(Path);
}
