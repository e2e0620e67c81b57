namespace RestrictedRunner.Options;

/// <summary>A file of this machine at another place in a folder that is copied.</summary>
/// <param name="Path">Its place: a path from the folder, with <c>/</c>. The folders that it is in are there.</param>
/// <param name="HostPath">Full path on this machine.</param>
/// <param name="Digest">SHA-256 of its content when it was last looked at, in capitals.</param>
internal sealed record PlacedFile(string Path, string HostPath, string Digest);
