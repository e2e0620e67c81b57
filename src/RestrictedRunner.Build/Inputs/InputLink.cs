namespace RestrictedRunner.Build.Inputs;

/// <summary>A symbolic link among the inputs.</summary>
/// <param name="Path">Relative to the project's folder, with <c>/</c>.</param>
/// <param name="FullPath">Where it is on the host.</param>
/// <param name="Text">What is written in it.</param>
/// <param name="Target">The input that it leads to, as a path from the project's folder; empty when it leads nowhere.</param>
internal sealed record InputLink(string Path, string FullPath, string Text, string Target)
{
    /// <summary>True while it is as it was found.</summary>
    public bool IsUnchanged() => new FileInfo(FullPath).LinkTarget == Text;
}
