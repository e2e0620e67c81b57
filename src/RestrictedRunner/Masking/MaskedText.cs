using System.Buffers;
using System.Globalization;
using System.Text;

namespace RestrictedRunner.Masking;

/// <summary>What in a text is read as what it stands for.</summary>
internal enum Escaping
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>%41</c>. A <c>+</c> is left out, which stands for a space.</summary>
    OfUrls,

    /// <summary>
    /// <c>\u0041</c>, <c>\u{41}</c>, <c>\x41</c>, <c>\101</c> and their like of JSON, shells and programming languages. Quotes and backslashes
    /// are left out, which are added there.
    /// </summary>
    ByBackslash,

    /// <summary>The same, and what steers a terminal is left out: of a sequence without an end, the next letter is taken for it, so a text is read both ways.</summary>
    OnTerminal,

    /// <summary><c>&amp;amp;</c> and <c>&amp;#65;</c>.</summary>
    OfXml,
}

/// <summary>
/// A way to read text in which a secret may stand: byte by byte, each with its place, so that what is found can be masked
/// where it is. White space is left out, because tools break long values into lines.
/// </summary>
internal sealed class MaskedText(Escaping escaping)
{
    private const byte Escape = 0x1B;
    private const byte Bell = 0x07;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789abcdefABCDEF"u8);
    private static readonly SearchValues<byte> EndsOfCommand = SearchValues.Create([Bell, Escape, (byte)'\n', (byte)'\r']);

    private static readonly (byte[] Text, byte Value)[] Entities = [("&amp;"u8.ToArray(), (byte)'&'), ("&lt;"u8.ToArray(), (byte)'<'), ("&gt;"u8.ToArray(), (byte)'>'), ("&quot;"u8.ToArray(), (byte)'"'), ("&apos;"u8.ToArray(), (byte)'\'')];

    // Without one of these, a text reads as it is written.
    private readonly SearchValues<byte> _signs = SearchValues.Create(escaping switch
    {
        Escaping.OfUrls => "%+"u8,
        Escaping.ByBackslash => "\\'\""u8,
        Escaping.OnTerminal => "\\'\"\e"u8,
        Escaping.OfXml => "&"u8,
        _ => [],
    });

    private byte[] _line = [];
    private int[] _places = [];
    private byte[] _values = [];
    private int[] _starts = [];
    private int[] _ends = [];

    /// <summary>How many bytes were read.</summary>
    public int Count { get; private set; }

    /// <summary>The bytes, without those that are left out.</summary>
    public ReadOnlySpan<byte> Values => _values.AsSpan(0, Count);

    /// <summary>What a value looks like in such a text that stands there as it is.</summary>
    public static byte[] Plain(Escaping escaping, ReadOnlySpan<byte> value)
    {
        var text = new MaskedText(escaping);
        text.ReadAll(value, isEnd: true);
        return text.Values.ToArray();
    }

    /// <summary>What a value looks like in such a text where all of it is escaped that has to be.</summary>
    public static byte[] Escaped(Escaping escaping, ReadOnlySpan<byte> value)
    {
        var left = new List<byte>(value.Length);
        foreach (var octet in value)
        {
            if (!IsLeftOut(escaping, octet))
            {
                left.Add(octet);
            }
        }

        return [.. left];
    }

    /// <summary>Where a byte begins in the text that was read.</summary>
    public int Start(int index) => _starts[index];

    /// <summary>Where it ends.</summary>
    public int End(int index) => _ends[index];

    /// <summary>Reads a text; nothing where nothing in it is escaped, which is for <see cref="Escaping.None"/> to read.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isEnd">False when more is to come.</param>
    /// <returns>Where an escape begins that is not complete; the text's length when there is none.</returns>
    public int Read(ReadOnlySpan<byte> text, bool isEnd)
    {
        Count = 0;
        return escaping != Escaping.None && text.IndexOfAny(_signs) < 0 ? text.Length : ReadAll(text, isEnd);
    }

    private int ReadAll(ReadOnlySpan<byte> text, bool isEnd)
    {
        Count = 0;
        if (_values.Length < text.Length)
        {
            (_line, _places, _values, _starts, _ends) = (new byte[text.Length], new int[text.Length], new byte[text.Length], new int[text.Length], new int[text.Length]);
        }

        var (length, end) = ReadLines(text, isEnd);
        Span<byte> meant = stackalloc byte[4];
        for (var at = 0; at < length;)
        {
            var (taken, written) = Decode(_line.AsSpan(at..length), isEnd, meant);
            if (taken == 0)
            {
                return _places[at];
            }

            foreach (var octet in meant[..written])
            {
                if (!IsLeftOut(escaping, octet))
                {
                    (_values[Count], _starts[Count], _ends[Count]) = (octet, _places[at], _places[at + taken - 1] + 1);
                    Count++;
                }
            }

            at += taken;
        }

        return end;
    }

    // An escape may be broken into lines too.
    private (int Length, int End) ReadLines(ReadOnlySpan<byte> text, bool isEnd)
    {
        var length = 0;
        for (var at = 0; at < text.Length;)
        {
            var octet = text[at];
            var skips = octet is (byte)'\n' or (byte)'\r' ? 1 : octet == Escape && escaping == Escaping.OnTerminal ? SequenceLength(text[at..], isEnd) : -1;
            if (skips == 0)
            {
                return (length, at);
            }

            if (skips < 0)
            {
                (_line[length], _places[length]) = (octet, at);
                length++;
            }

            at += Math.Max(skips, 1);
        }

        return (length, text.Length);
    }

    private static bool IsLeftOut(Escaping escaping, byte octet) => octet switch
    {
        (byte)' ' or (>= 9 and <= 13) => true,
        (byte)'+' => escaping == Escaping.OfUrls,
        (byte)'"' or (byte)'\'' or (byte)'\\' => escaping is Escaping.ByBackslash or Escaping.OnTerminal,
        _ => false,
    };

    // A length of 0 stands for an escape whose end is still to come.
    private (int Length, int Written) Decode(ReadOnlySpan<byte> text, bool isEnd, Span<byte> meant) => (text[0], escaping) switch
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

    // ECMA-48: control sequences (colours, cursor) and operating system commands (titles, links), as far as they are in one line.
    private static int SequenceLength(ReadOnlySpan<byte> text, bool isEnd)
    {
        if (text.Length == 1)
        {
            return isEnd ? 1 : 0;
        }

        if (text[1] is not ((byte)'[' or (byte)']'))
        {
            return text[1] is >= (byte)'@' and <= (byte)'_' ? 2 : 1;
        }

        var isCommand = text[1] == ']';
        var end = isCommand ? text[2..].IndexOfAny(EndsOfCommand) : text[2..].IndexOfAnyExceptInRange((byte)' ', (byte)'?');
        if (end < 0)
        {
            return isEnd ? 1 : 0;
        }

        end += 2;
        if (!isCommand)
        {
            return text[end] is >= (byte)'@' and <= (byte)'~' ? end + 1 : 1;
        }

        return text[end] switch
        {
            Bell => end + 1,
            Escape when end + 1 == text.Length && !isEnd => 0,
            Escape when end + 1 < text.Length && text[end + 1] == '\\' => end + 2,
            _ => 2,
        };
    }
}
