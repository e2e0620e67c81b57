using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsCheck;
using RestrictedRunner.Masking;

namespace RestrictedRunner.Tests.Masking;

public class SecretMaskTests
{
    // What each way of escaping changes is in it.
    private const string Value = "p'A+s/é\\n%41&\"w<0>rd😀$x";

    private const string Key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n}\n-----END KEY-----\n";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Func<string, string>[] Ways =
    [
        static value => value,
        static value => Base64("", value),
        static value => Base64("x", value),
        static value => Base64("xy", value),
        static value => Base64("", value).Replace('+', '-').Replace('/', '_').TrimEnd('='),
        static value => Uri.EscapeDataString(Base64("", value)),
        static value => Convert.ToHexString(Encoding.UTF8.GetBytes(value)),
        static value => string.Join(' ', Encoding.UTF8.GetBytes(value).Select(octet => $"{octet:x2}")),
        static value => Uri.EscapeDataString(value),
        static value => WebUtility.UrlEncode(value),
        static value => string.Concat(Encoding.UTF8.GetBytes(value).Select(octet => $"%{octet:x2}")),
        static value => JsonSerializer.Serialize(value),
        static value => JsonSerializer.Serialize(value, Relaxed).Replace("/", "\\/", StringComparison.Ordinal),
        static value => string.Concat(value.Select(c => $"\\u{(int)c:X4}")),
        static value => WebUtility.HtmlEncode(value),
        static value => $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'",
        static value => $"'{value.Replace("'", "'\"'\"'", StringComparison.Ordinal)}'",
        static value => string.Concat(value.Select(c => char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c) && !char.IsControl(c) ? $"\\{c}" : $"{c}")),
        static value => string.Concat(Encoding.UTF8.GetBytes(value).Select(octet => octet is > 32 and < 127 and not (byte)'\\' ? $"{(char)octet}" : $"\\{Convert.ToString(octet, 8).PadLeft(3, '0')}")),
        static value => string.Concat(Encoding.UTF8.GetBytes(value).Select(octet => octet is > 32 and < 127 and not (byte)'\\' ? $"{(char)octet}" : $"\\x{octet:x2}")),
        static value => string.Concat(value.EnumerateRunes().Select(rune => $"\\u{{{rune.Value:x}}}")),
        static value => string.Concat(value.EnumerateRunes().Select(rune => $"\\x{{{rune.Value:X4}}}")),
        static value => string.Concat(value.EnumerateRunes().Select(rune => $"\e[31m{rune}\e[0m")),
    ];

    private static readonly Gen<string> Values = Gen.String[Gen.Char["abAB01 +/%\\&'\"<;:=u4é\n"], 4, 60].Where(value => value.Count(c => c > ' ') >= 12);

    private static readonly Gen<string> Texts = Gen.String[Gen.Char["xyz \n%\\&+\e[1m0"], 0, 40];

    private static SecretMask Of(params string[] values) => new([.. values.Select(Encoding.UTF8.GetBytes)]);

    private static string Base64(string before, string value) => Convert.ToBase64String(Encoding.UTF8.GetBytes(before + value));

    [Fact]
    public void Every_way_to_write_a_value_is_masked() =>
        Assert.All(Ways, way => Assert.Matches(@"\Aa(\e\[31m|.{0,3})\*\*\*(\e\[0m|.{0,2})b\z", Of(Value).Text($"a{way(Value)}b")));

    [Fact]
    public void A_value_is_masked_whatever_is_around_it_and_wherever_it_is_cut() =>
        Gen.Select(Values, Gen.Int[0, Ways.Length - 1], Texts, Texts, Gen.Int[4, 30], Gen.Int[1, 9])
            .Sample(
                (value, way, before, after, width, size) =>
                {
                    // What stands right before a value may be read together with its first character.
                    var written = Ways[way](value);
                    var text = $"{before} : {written} : {after}";

                    var masked = InPieces(Of(value), text, size);

                    Assert.DoesNotContain(written, masked, StringComparison.Ordinal);
                    Assert.Contains("***", masked, StringComparison.Ordinal);

                    // A colour that is broken into two lines is none.
                    var folded = InPieces(Of(value), way == Ways.Length - 1 ? text : Folded(text, width), size);
                    Assert.DoesNotContain(Joined(written), Joined(folded), StringComparison.Ordinal);
                },
                iter: 3000);

    // Two bytes at a time, "bu" is all that is there of it for a moment, and nothing in that tells of an escape.
    [Fact]
    public void A_value_whose_first_letters_stand_between_escapes_is_masked() =>
        Assert.Equal("key: \"***\"", InPieces(Of("\"bu\"password-1"), "key: \"\\u0022bu\\u0022password-1\"", 2).Replace("\\u0022", "", StringComparison.Ordinal));

    [Fact]
    public void What_is_no_secret_stays_as_it_is() =>
        Gen.Select(Texts, Gen.Int[1, 9]).Sample((text, size) => Assert.Equal(text, InPieces(Of("password-1"), text, size)), iter: 3000);

    [Fact]
    public void Each_long_line_of_a_value_is_masked_and_lines_stay_lines()
    {
        Assert.Equal("***\n}\n***\n***\n***", Of(Key).Text(string.Join('\n', Key.TrimEnd().Split('\n').Reverse())));
        Assert.Equal("***\n***\n***\n***\n***\n", Of(Key).Text(Key));
        Assert.Equal("key: ***, next", Of(Key).Text($"key: {Key.Trim().Replace("\n", "\\n", StringComparison.Ordinal)}, next"));
    }

    [Fact]
    public void Several_values_are_masked_also_where_they_overlap() =>
        Assert.Equal("x*** y *** z", Of("abcdef", "defghi").Text("xabcdefghi y defghi z"));

    [Fact]
    public void A_value_that_is_no_text_is_masked()
    {
        byte[] value = [0, 255, 10, 254, 1, 2, 3, 200];
        using var stream = new MemoryStream([65, .. value, 66]);

        Assert.True(new SecretMask([value]).IsIn(stream));
        Assert.Equal("x***", new SecretMask([value]).Text($"x{Convert.ToBase64String(value)}"));
    }

    [Theory]
    [InlineData("\ufeffPässwörd-1", "Pässwörd-1")]
    [InlineData("Pässwörd-1", "P\\xe4ssw\\xf6rd-1")]
    [InlineData("Pässwörd-1", "P\u00c3\u00a4ssw\u00c3\u00b6rd-1")]
    public void A_value_is_masked_also_where_its_encoding_is_another(string value, string printed) => Assert.Equal("a***b", Of(value).Text($"a{printed}b"));

    [Fact]
    public void A_value_in_Latin_1_is_masked_where_it_is_read_as_that() =>
        Assert.Equal("***", new SecretMask([Encoding.Latin1.GetBytes("Pässwörd-1")]).Text("Pässwörd-1"));

    [Fact]
    public void A_file_in_UTF16_that_holds_a_value_is_found()
    {
        using var stream = new MemoryStream(Encoding.Unicode.GetBytes($"{new string('x', 70_000)}password-1"));

        Assert.True(Of("password-1").IsIn(stream));
    }

    [Theory]
    [InlineData("done\n", "done\n")]
    [InlineData("done\nhalf a line", "done\nhalf a line")]
    [InlineData("done: pass\n", "done: ")]
    [InlineData("done: pas\n", "done: pas\n")]
    [InlineData("done: pas", "done: ")]
    [InlineData("done: passion\n", "done: passion\n")]
    [InlineData("done: password-1\n", "done: ***\n")]
    public void A_line_comes_at_once_unless_it_ends_as_a_secret_begins(string text, string atOnce)
    {
        var masked = new ArrayBufferWriter<byte>();

        new StreamMask(SecretPatterns.Of(["password-1"u8.ToArray()])).Add(Encoding.UTF8.GetBytes(text), masked, isEnd: false);

        Assert.Equal(atOnce, Encoding.UTF8.GetString(masked.WrittenSpan));
    }

    [Fact]
    public void Of_a_value_that_comes_in_pieces_of_lines_three_characters_are_seen_at_most() =>
        Assert.Equal("p\na\ns\n***\n***\n***\n***\n***\n***\n***\n", InPieces(Of("password-1"), "p\na\ns\ns\nw\no\nr\nd\n-\n1\n", 2));

    [Fact]
    public void White_space_within_a_secret_is_not_kept_without_end()
    {
        var mask = new StreamMask(SecretPatterns.Of(["password-1"u8.ToArray()]));
        var masked = new ArrayBufferWriter<byte>();
        mask.Add("pass"u8, masked, isEnd: false);
        for (var i = 0; i < 40; i++)
        {
            mask.Add(Encoding.UTF8.GetBytes(new string('\n', 32 * 1024)), masked, isEnd: false);
        }

        Assert.InRange(masked.WrittenCount, 32 * 1024, int.MaxValue);
    }

    // As much as a step may print in a second, many times over: the mask has no part in what it takes.
    [Fact]
    public void Ten_megabytes_that_look_like_the_start_of_a_secret_take_seconds_at_most()
    {
        var watch = Stopwatch.StartNew();

        Assert.Equal(10_000_000, Of(new string('a', 1000) + "b").Text(new string('a', 10_000_000)).Length);

        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
    }

    private static string InPieces(SecretMask mask, string text, int size)
    {
        using var source = new MemoryStream(Encoding.UTF8.GetBytes(text));
        using var pieces = new Pieces(source, size);
        using var masked = mask.Over(pieces);
        using var reader = new StreamReader(masked, new UTF8Encoding(false));
        return reader.ReadToEndAsync().GetAwaiter().GetResult();
    }

    private static string Folded(string text, int width) => string.Join('\n', text.Chunk(width).Select(line => new string(line)));

    private static string Joined(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    // Gives so many bytes at once, as a slow step does.
    private sealed class Pieces(Stream source, int size) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => source.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
