using System.Buffers.Binary;
using System.Text;

namespace RestrictedRunner.Masking;

/// <summary>The forms that secrets are looked for in. It does not change.</summary>
internal sealed class SecretPatterns
{
    /// <summary>So many bytes a pattern has at least.</summary>
    public const int Shortest = 4;

    // A shorter line of a value, such as "}", is too common to be masked wherever it stands.
    private const int ShortestLine = 8;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<uint, byte[][]> _byStart;
    private readonly byte[][] _all;

    // For most places in a text, the first two bytes tell that no pattern is there.
    private readonly bool[] _starts = new bool[ushort.MaxValue + 1];

    private SecretPatterns(Escaping escaping, IEnumerable<byte[]> patterns)
    {
        Escaping = escaping;
        _all = [.. patterns.Where(pattern => pattern.Length >= Shortest).DistinctBy(Convert.ToHexString)];
        _byStart = _all.GroupBy(pattern => BinaryPrimitives.ReadUInt32LittleEndian(pattern)).ToDictionary(group => group.Key, group => group.ToArray());
        foreach (var pattern in _all)
        {
            _starts[BinaryPrimitives.ReadUInt16LittleEndian(pattern)] = true;
        }
    }

    /// <summary>How the text is to be read.</summary>
    public Escaping Escaping { get; }

    /// <summary>The patterns for text as it is, and for text that is escaped.</summary>
    public static IReadOnlyList<SecretPatterns> Of(IReadOnlyList<byte[]> values)
    {
        byte[][] forms = [.. values.SelectMany(Forms)];
        var ways = Enum.GetValues<Escaping>().ToDictionary(escaping => escaping, escaping => forms.Select(form => MaskedText.Escaped(escaping, form)).Concat(forms.Select(form => MaskedText.Plain(escaping, form))).ToList());

        // A text that has nothing escaped so far is read as it is, whatever is still to come.
        return [.. ways.Select(way => new SecretPatterns(way.Key, way.Key == Escaping.None ? ways.Values.SelectMany(patterns => patterns) : way.Value))];
    }

    /// <summary>Tells the patterns that are at a place of a text.</summary>
    /// <param name="text">The text from there.</param>
    /// <param name="longest">How long the longest of those is that are there as a whole; 0 when there is none.</param>
    /// <returns>True when the text ends within a pattern.</returns>
    public bool Find(ReadOnlySpan<byte> text, out int longest)
    {
        longest = 0;
        if (text.Length >= Shortest)
        {
            return _starts[BinaryPrimitives.ReadUInt16LittleEndian(text)] && _byStart.TryGetValue(BinaryPrimitives.ReadUInt32LittleEndian(text), out var candidates)
                && Find(candidates, text, out longest);
        }

        return Find(_all, text, out _);
    }

    private static bool Find(byte[][] candidates, ReadOnlySpan<byte> text, out int longest)
    {
        longest = 0;
        var isCut = false;
        foreach (var candidate in candidates)
        {
            if (candidate.Length > text.Length)
            {
                isCut |= candidate.AsSpan(0, text.Length).SequenceEqual(text);
            }
            else if (candidate.Length > longest && text[..candidate.Length].SequenceEqual(candidate))
            {
                longest = candidate.Length;
            }
        }

        return isCut;
    }

    private static IEnumerable<byte[]> Forms(byte[] value)
    {
        // Programs that print a value end it with a line end, or take away the one that it has.
        var trimmed = value.AsSpan().TrimEnd("\r\n"u8).ToArray();
        yield return trimmed;
        foreach (var line in Lines(trimmed))
        {
            yield return line;
        }

        foreach (var form in InBase64(trimmed))
        {
            yield return form;
            yield return [.. form.Select(octet => octet switch { (byte)'+' => (byte)'-', (byte)'/' => (byte)'_', _ => octet })];
        }

        // A text may begin with a mark of its encoding, which programs leave out.
        if (trimmed.AsSpan().StartsWith(Encoding.UTF8.Preamble))
        {
            yield return trimmed[Encoding.UTF8.Preamble.Length..];
        }

        // As programs write it that take its bytes for characters.
        yield return Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(trimmed));

        var hex = Convert.ToHexString(trimmed);
        yield return Encoding.ASCII.GetBytes(hex);
        yield return Encoding.ASCII.GetBytes(hex.ToLowerInvariant());
        if (Text(trimmed) is { } text)
        {
            // As programs write it that take its characters for bytes, such as "\xe9".
            if (text.All(static character => character <= byte.MaxValue))
            {
                yield return Encoding.Latin1.GetBytes(text);
            }

            yield return Encoding.Unicode.GetBytes(text);
            yield return Encoding.BigEndianUnicode.GetBytes(text);
        }
    }

    private static IEnumerable<byte[]> Lines(byte[] value)
    {
        var start = 0;
        for (var i = 0; i <= value.Length; i++)
        {
            if (i < value.Length && value[i] is not ((byte)'\n' or (byte)'\r' or 0))
            {
                continue;
            }

            var line = value[start..i];
            start = i + 1;
            if (MaskedText.Escaped(Escaping.None, line).Length >= ShortestLine)
            {
                yield return line;
            }
        }
    }

    // Within a longer text a value begins at one of three places of a group. The characters at its ends that also depend on what is
    // beside it are left out; at the end of the text they depend on nothing else.
    private static IEnumerable<byte[]> InBase64(byte[] value)
    {
        for (var before = 0; before < 3; before++)
        {
            var text = Convert.ToBase64String([.. new byte[before], .. value]);
            var start = ((before * 8) + 5) / 6;
            yield return Encoding.ASCII.GetBytes(text[start..((before + value.Length) * 8 / 6)]);
            yield return Encoding.ASCII.GetBytes(text[start..].TrimEnd('='));
            yield return Encoding.ASCII.GetBytes(text[start..]);
        }
    }

    private static string? Text(byte[] value)
    {
        try
        {
            return Strict.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
