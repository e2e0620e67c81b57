using RestrictedRunner.Build.Hosts;

namespace RestrictedRunner.Build.Inputs;

/// <summary>A file that a step reads.</summary>
/// <param name="Path">Relative to the project's folder, with <c>/</c>: <c>src/a.txt</c>, <c>../shared/b.h</c>.</param>
/// <param name="FullPath">Where it is on the host.</param>
/// <param name="Stamp">Size, times and mode of the file, or of what a link leads to.</param>
internal sealed record InputFile(string Path, string FullPath, FileStamp Stamp);
