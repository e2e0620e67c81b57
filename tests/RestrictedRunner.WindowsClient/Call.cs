namespace RestrictedRunner.WindowsClient;

/// <summary>What a client is to do.</summary>
/// <param name="Token">Proof that the caller is one of ours.</param>
/// <param name="Words">The client's words.</param>
/// <param name="Environment">The variables that the words name without a value.</param>
/// <param name="Folder">Where the client runs.</param>
internal sealed record Call(string Token, IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Environment, string Folder);
