using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>A file, link or folder in a folder.</summary>
/// <param name="Name">A <see cref="RawName"/>.</param>
/// <param name="IsFolder">True for a folder, or a link to one.</param>
/// <param name="IsLink">True for a link to a folder; of other links nobody asks.</param>
internal readonly record struct FolderEntry(string Name, bool IsFolder, bool IsLink);
