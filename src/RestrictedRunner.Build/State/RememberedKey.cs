using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;

namespace RestrictedRunner.Build.State;

/// <summary>
/// What the key of a step was made of when the step last succeeded. It is read only when the key is another one, to say what
/// has changed.
/// </summary>
/// <param name="Key">The key.</param>
/// <param name="Image">The image.</param>
/// <param name="Version">Our name and version.</param>
internal sealed record RememberedKey(string Key, string Image, string Version)
{
    private static ReadOnlySpan<byte> Form => "RestrictedRunner.Build key 1\n"u8;

    /// <summary>Makes the hashes others than those of the same values in another file.</summary>
    public required byte[] Salt { get; init; }

    /// <summary>Hashes of what the parameters said: a command may hold a secret.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>Hashes of the values of the environment variables.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>Hash of the tree of inputs.</summary>
    public required string InputRoot { get; init; }

    /// <summary>What was in each input, by its path from the project's folder.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>What is to be remembered of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="parts">What it is made of.</param>
    /// <param name="inputRoot">Hash of the tree of inputs.</param>
    /// <param name="inputs">What is in each input, by its path from the project's folder.</param>
    public static RememberedKey Of(string key, KeyParts parts, string inputRoot, IReadOnlyDictionary<string, string> inputs)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return new(key, parts.Image, parts.Version)
        {
            Salt = salt,
            Parameters = Hashes(parts.Parameters, salt),
            Variables = Hashes(parts.Variables, salt),
            InputRoot = inputRoot,
            Inputs = inputs,
        };
    }

    /// <summary>Values as they would be remembered beside these.</summary>
    public IReadOnlyDictionary<string, string> Hashes(IReadOnlyDictionary<string, string> values) => Hashes(values, Salt);

    /// <summary>Reads what is remembered; null when it is not there, or not of this key.</summary>
    public static RememberedKey? Load(string path, string key)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var reader = CheckedBytes.Read(Form, NewFile.Read(path));
            return reader is not null && Read(reader) is var remembered && remembered.Key == key ? remembered : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Remembers it, where that is possible. Into the file itself, because a new file in its place takes a millisecond more (see
    /// <see cref="StateFile"/>): of a file that was not written to its end nothing is known.
    /// </summary>
    public void Save(string path)
    {
        try
        {
            var bytes = ToBytes();
            using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
            file.Write(bytes);
            file.SetLength(bytes.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is full: the next build cannot say what has changed.
        }
    }

    private static Dictionary<string, string> Hashes(IReadOnlyDictionary<string, string> values, byte[] salt) =>
        values.ToDictionary(value => value.Key, value => Convert.ToHexString(HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(value.Value))));

    private byte[] ToBytes() => CheckedBytes.Of(Form, writer =>
    {
        writer.Write(Key);
        writer.Write(Image);
        writer.Write(Version);
        writer.Write(Salt.Length);
        writer.Write(Salt);
        Write(writer, Parameters);
        Write(writer, Variables);
        writer.Write(InputRoot);
        Write(writer, Inputs);
    });

    private static RememberedKey Read(BinaryReader reader) => new(reader.ReadString(), reader.ReadString(), reader.ReadString())
    {
        Salt = reader.ReadBytes(reader.ReadInt32()),
        Parameters = ReadTexts(reader),
        Variables = ReadTexts(reader),
        InputRoot = reader.ReadString(),
        Inputs = ReadTexts(reader),
    };

    private static void Write(BinaryWriter writer, IReadOnlyDictionary<string, string> texts)
    {
        writer.Write(texts.Count);
        foreach (var (name, text) in texts)
        {
            writer.Write(name);
            writer.Write(text);
        }
    }

    private static Dictionary<string, string> ReadTexts(BinaryReader reader)
    {
        var count = reader.ReadInt32();
        var texts = new Dictionary<string, string>(count);
        for (var i = 0; i < count; i++)
        {
            texts.Add(reader.ReadString(), reader.ReadString());
        }

        return texts;
    }
}
