namespace RestrictedRunner.WindowsClient;

/// <summary>What a client is to do.</summary>
/// <param name="Token">Proof that the caller is one of ours.</param>
/// <param name="Folder">Where the client runs.</param>
/// <param name="Words">The client's words.</param>
/// <param name="Environment">The variables that the words name without a value.</param>
internal sealed record Call(string Token, string Folder, IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Environment)
{
    public static Call Read(BinaryReader reader)
    {
        var (token, folder) = (reader.ReadString(), reader.ReadString());
        var words = Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadString()).ToList();
        var environment = Enumerable.Range(0, reader.ReadInt32()).ToDictionary(_ => reader.ReadString(), _ => reader.ReadString());
        return new(token, folder, words, environment);
    }

    // By hand: a serializer takes longer to start than all else that a docker.exe does.
    public void Write(BinaryWriter writer)
    {
        writer.Write(Token);
        writer.Write(Folder);
        writer.Write(Words.Count);
        foreach (var word in Words)
        {
            writer.Write(word);
        }

        writer.Write(Environment.Count);
        foreach (var (name, value) in Environment)
        {
            writer.Write(name);
            writer.Write(value);
        }
    }
}
