using System.Buffers;

namespace RestrictedRunner.Masking;

/// <summary>
/// A way to read text in which a secret may stand: byte by byte, each with its place, so that what is found can be masked
/// where it is. White space is left out, because tools break long values into lines.
/// </summary>
internal sealed class MaskedText(Escaping escaping)
{
    private const byte Escape = 0x1B;
    private const byte Bell = 0x07;

    private static readonly SearchValues<byte> EndsOfCommand = SearchValues.Create([Bell, Escape, (byte)'\n', (byte)'\r']);

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
            var (taken, written) = Escapes.Decode(escaping, _line.AsSpan(at..length), isEnd, meant);
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
