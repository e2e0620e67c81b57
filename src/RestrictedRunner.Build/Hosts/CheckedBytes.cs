using System.Security.Cryptography;

namespace RestrictedRunner.Build.Hosts;

/// <summary>The content of a file of ours: a line that says what it is, what it holds, and a digest of both, so that neither a part nor what somebody changed is taken for the whole.</summary>
internal static class CheckedBytes
{
    /// <summary>The bytes of a file.</summary>
    /// <param name="form">What it begins with: another one for each change of what follows.</param>
    /// <param name="write">Writes what it holds.</param>
    public static byte[] Of(ReadOnlySpan<byte> form, Action<BinaryWriter> write)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(form);
        write(writer);
        writer.Write(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        return bytes.ToArray();
    }

    /// <summary>Reads what such a file holds; null when it is another, or not the whole of it.</summary>
    /// <param name="form">What it has to begin with.</param>
    /// <param name="bytes">All of the file.</param>
    public static BinaryReader? Read(ReadOnlySpan<byte> form, byte[] bytes)
    {
        var length = bytes.Length - SHA256.HashSizeInBytes;
        return length >= form.Length && bytes.AsSpan(0, form.Length).SequenceEqual(form) && SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length))
            ? new(new MemoryStream(bytes, form.Length, length - form.Length, writable: false))
            : null;
    }
}
