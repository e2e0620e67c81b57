namespace RestrictedRunner.Transfer;

/// <summary>What a file was when it was copied to the engine.</summary>
/// <param name="Mode">Its permissions.</param>
/// <param name="Size">Bytes of its content.</param>
/// <param name="Written">When it was last written to.</param>
/// <param name="Digest">SHA-256 of its content, or of what a link leads to; empty for a folder.</param>
internal sealed record SentFile(UnixFileMode Mode, long Size, DateTimeOffset Written, string Digest);
