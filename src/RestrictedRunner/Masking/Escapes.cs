using System.Buffers;
using System.Globalization;
using System.Text;

namespace RestrictedRunner.Masking;

/// <summary>What escapes stand for.</summary>
internal static class Escapes
{
    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static readonly (byte[] Text, byte Value)[] Entities = [("&amp;"u8.ToArray(), (byte)'&'), ("&lt;"u8.ToArray(), (byte)'<'), ("&gt;"u8.ToArray(), (byte)'>'), ("&quot;"u8.ToArray(), (byte)'"'), ("&apos;"u8.ToArray(), (byte)'\'')];

    /// <summary>Reads what a text begins with: an escape, or a byte as it is.</summary>
    /// <param name="escaping">The way to read it.</param>
    /// <param name="text">The text, which is not empty.</param>
    /// <param name="isEnd">False when more is to come.</param>
    /// <param name="meant">Gets the bytes that it stands for, four at most.</param>
    /// <returns>How many bytes were read, and how many they stand for. A length of 0 stands for an escape whose end is still to come.</returns>
    public static (int Length, int Written) Decode(Escaping escaping, ReadOnlySpan<byte> text, bool isEnd, Span<byte> meant) => (text[0], escaping) switch
    {
        ((byte)'%', Escaping.OfUrls) => OfUrl(text, isEnd, meant),
        ((byte)'\\', Escaping.ByBackslash or Escaping.OnTerminal) => OfBackslash(text, isEnd, meant),
        ((byte)'&', Escaping.OfXml) => OfXml(text, isEnd, meant),
        _ => Plain(text[0], meant),
    };

    private static (int Length, int Written) Plain(byte octet, Span<byte> meant)
    {
        meant[0] = octet;
        return (1, 1);
    }

    private static (int Length, int Written) OfUrl(ReadOnlySpan<byte> text, bool isEnd, Span<byte> meant)
    {
        if (Number(text[1..], 2, 16) is { } value)
        {
            meant[0] = (byte)value;
            return (3, 1);
        }

        return MayGoOn(text[1..], 2, isEnd) ? (0, 0) : Plain(text[0], meant);
    }

    private static (int Length, int Written) OfBackslash(ReadOnlySpan<byte> text, bool isEnd, Span<byte> meant)
    {
        if (text.Length == 1)
        {
            return (isEnd ? 1 : 0, 0);
        }

        if (text[1] is (byte)'u' or (byte)'x' && text.Length > 2 && text[2] == '{')
        {
            return OfBraces(text, isEnd, meant);
        }

        var (start, digits, numberBase) = text[1] switch
        {
            (byte)'u' => (2, 4, 16),
            (byte)'x' => (2, 2, 16),
            >= (byte)'0' and <= (byte)'3' => (1, 3, 8),
            _ => (0, 0, 0),
        };
        if (digits == 0)
        {
            // What stands for white space, or a character that follows as it is.
            return (text[1] is (byte)'n' or (byte)'r' or (byte)'t' or (byte)'f' or (byte)'v' ? 2 : 1, 0);
        }

        if (Number(text[start..], digits, numberBase) is not { } value)
        {
            return MayGoOn(text[start..], digits, isEnd) ? (0, 0) : (1, 0);
        }

        if (digits != 4)
        {
            meant[0] = (byte)value;
            return (start + digits, 1);
        }

        // A character beyond the first 65,536 is written as two.
        if (char.IsHighSurrogate((char)value))
        {
            if (!isEnd && text.Length < 12)
            {
                return (0, 0);
            }

            return text[6..].StartsWith("\\u"u8) && Number(text[8..], 4, 16) is { } low && char.IsLowSurrogate((char)low)
                ? (12, new Rune((char)value, (char)low).EncodeToUtf8(meant))
                : (6, Rune.ReplacementChar.EncodeToUtf8(meant));
        }

        return (6, (char.IsSurrogate((char)value) ? Rune.ReplacementChar : new Rune((char)value)).EncodeToUtf8(meant));
    }

    // \u{1f600} of JavaScript, Rust, Swift and PHP, \x{1f600} of Perl.
    private static (int Length, int Written) OfBraces(ReadOnlySpan<byte> text, bool isEnd, Span<byte> meant)
    {
        const int longest = 12;
        var end = text[..Math.Min(text.Length, longest)].IndexOf((byte)'}');
        if (end < 0)
        {
            return !isEnd && text.Length < longest && text[3..].IndexOfAnyExcept(Digits) < 0 ? (0, 0) : (1, 0);
        }

        return int.TryParse(Encoding.Latin1.GetString(text[3..end]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && Rune.IsValid(code)
            ? (end + 1, new Rune(code).EncodeToUtf8(meant))
            : (1, 0);
    }

    private static (int Length, int Written) OfXml(ReadOnlySpan<byte> text, bool isEnd, Span<byte> meant)
    {
        const int longest = 10;
        var end = text[..Math.Min(text.Length, longest)].IndexOf((byte)';');
        if (end < 0)
        {
            return !isEnd && text.Length < longest && IsEntity(text[1..]) ? (0, 0) : Plain(text[0], meant);
        }

        foreach (var (entity, value) in Entities)
        {
            if (text[..(end + 1)].SequenceEqual(entity))
            {
                meant[0] = value;
                return (end + 1, 1);
            }
        }

        var number = Encoding.Latin1.GetString(text[1..end]);
        var isHex = number.StartsWith("#x", StringComparison.OrdinalIgnoreCase);
        return number.StartsWith('#')
            && int.TryParse(number.AsSpan(isHex ? 2 : 1), isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && Rune.IsValid(code)
            ? (end + 1, new Rune(code).EncodeToUtf8(meant))
            : Plain(text[0], meant);
    }

    private static bool IsEntity(ReadOnlySpan<byte> text)
    {
        foreach (var octet in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)octet) && octet != '#')
            {
                return false;
            }
        }

        return true;
    }

    private static int? Number(ReadOnlySpan<byte> text, int digits, int numberBase)
    {
        if (text.Length < digits)
        {
            return null;
        }

        var number = 0;
        foreach (var octet in text[..digits])
        {
            if (Digit(octet) is var digit && digit >= numberBase)
            {
                return null;
            }

            number = (number * numberBase) + digit;
        }

        return number;
    }

    private static int Digit(byte octet) => octet switch
    {
        >= (byte)'0' and <= (byte)'9' => octet - '0',
        >= (byte)'a' and <= (byte)'f' => octet - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => octet - 'A' + 10,
        _ => int.MaxValue,
    };

    // True when the text ends within a number.
    private static bool MayGoOn(ReadOnlySpan<byte> text, int digits, bool isEnd) =>
        !isEnd && text.Length < digits && text.IndexOfAnyExcept(Digits) < 0;
}
