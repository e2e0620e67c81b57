using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace RestrictedRunner.Hosts;

/// <summary>
/// Names of files as Linux has them: bytes that need be no UTF-8. In a text, a byte that is part of no character is half a
/// surrogate pair, U+DC80 to U+DCFF, as in Python: https://peps.python.org/pep-0383/. .NET has U+FFFD there, which leads to
/// no file.
/// </summary>
internal static class RawName
{
    private const char NoByte = '\udc00';
    private const char FirstByte = '\udc80';
    private const char LastByte = '\udcff';

    /// <summary>What .NET reads in place of bytes that are no UTF-8; it may also be a character of the name.</summary>
    public const char Replacement = '\ufffd';

    /// <summary>True for a name or path with bytes that are no UTF-8.</summary>
    public static bool IsRaw(string path)
    {
        // Next to no path has one of these.
        for (var at = path.AsSpan().IndexOfAnyInRange(FirstByte, LastByte); at >= 0; at = NextIn(path, at))
        {
            if (at == 0 || !char.IsHighSurrogate(path[at - 1]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The text of a name.</summary>
    public static string Decode(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(name, out var character, out var length) == OperationStatus.Done)
            {
                text.Append(character.ToString());
            }
            else
            {
                foreach (var octet in name[..length])
                {
                    text.Append((char)(NoByte + octet));
                }
            }

            name = name[length..];
        }

        return text.ToString();
    }

    /// <summary>Writes the bytes of a path.</summary>
    /// <returns>False where there is not enough room, or the path holds something else than characters and such bytes.</returns>
    public static bool TryEncode(ReadOnlySpan<char> path, Span<byte> bytes, out int length)
    {
        length = 0;
        while (true)
        {
            var status = Utf8.FromUtf16(path, bytes[length..], out var read, out var written, replaceInvalidSequences: false);
            length += written;
            path = path[read..];
            if (status != OperationStatus.InvalidData || path[0] is < FirstByte or > LastByte || length == bytes.Length)
            {
                return status == OperationStatus.Done;
            }

            bytes[length++] = (byte)(path[0] - NoByte);
            path = path[1..];
        }
    }

    /// <summary>The bytes of a path and a NUL, for the C library.</summary>
    public static byte[] Encode(string path)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(path.Length) + 1];
        return TryEncode(path, bytes.AsSpan(..^1), out var length) ? bytes[..(length + 1)] : throw new ArgumentException("it holds half a surrogate pair", nameof(path));
    }

    /// <summary>The text that .NET has for such a name or path.</summary>
    public static string InNet(string path) => IsRaw(path) ? Encoding.UTF8.GetString(Encode(path).AsSpan(..^1)) : path;

    /// <summary>The path for people: <c>caf\xe9.txt</c>.</summary>
    public static string Shown(string path)
    {
        var text = new StringBuilder(path.Length);
        for (var at = 0; at < path.Length; at++)
        {
            if (Rune.TryGetRuneAt(path, at, out var character))
            {
                text.Append(character.ToString());
                at += character.Utf16SequenceLength - 1;
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{path[at] - NoByte:x2}");
            }
        }

        return text.ToString();
    }

    private static int NextIn(string path, int at) =>
        path.AsSpan(at + 1).IndexOfAnyInRange(FirstByte, LastByte) is >= 0 and var next ? at + 1 + next : -1;
}
