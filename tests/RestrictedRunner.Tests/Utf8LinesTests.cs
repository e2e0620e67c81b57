using System.Text;
using CsCheck;

namespace RestrictedRunner.Tests;

public class Utf8LinesTests
{
    private static async Task<List<string>> ReadAsync(Stream stream)
    {
        var lines = new List<string>();
        await Utf8Lines.ReadAsync(stream, lines.Add, static () => { }, kept: null, CancellationToken.None);
        return lines;
    }

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\nb", new[] { "a", "b" })]
    [InlineData("a\r\nb\r\n", new[] { "a", "b" })]
    [InlineData("10%\r20%\r30%\n", new[] { "10%", "20%", "30%" })]
    [InlineData("\n\n", new[] { "", "" })]
    [InlineData("a\r\r\nb", new[] { "a", "", "b" })]
    [InlineData("a\0b\n", new[] { "a\0b" })]
    [InlineData("é😀\n", new[] { "é😀" })]
    public async Task A_stream_is_split_into_lines(string text, string[] expected)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        Assert.Equal(expected, await ReadAsync(stream));
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_become_replacement_characters()
    {
        using var stream = new MemoryStream([(byte)'a', 0xFF, (byte)'b', (byte)'\n', (byte)'c', 0xE2, 0x82]);
        Assert.Equal(["a\uFFFDb", "c\uFFFD"], await ReadAsync(stream));
    }

    [Fact]
    public async Task However_the_bytes_arrive_the_lines_are_those_of_a_text_reader() =>
        await Gen.Select(Gen.OneOf(Gen.Char["ab\r\n\té€"], Gen.Char).Array[0, 60], Gen.Int[1, 5]).SampleAsync(
            async (characters, pieceSize) =>
            {
                var bytes = Encoding.UTF8.GetBytes(characters);
                using var pieces = new PiecewiseStream(bytes, pieceSize);
                using var reader = new StringReader(Encoding.UTF8.GetString(bytes));
                var expected = new List<string>();
                while (reader.ReadLine() is { } line)
                {
                    expected.Add(line);
                }

                Assert.Equal(expected, await ReadAsync(pieces));
            },
            iter: 5_000);

    [Fact]
    public async Task A_line_of_ten_megabytes_is_one_line()
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(new string('x', 10_000_000) + "\ny"));
        Assert.Equal([10_000_000, 1], (await ReadAsync(stream)).Select(line => line.Length));
    }

    [Fact]
    public async Task A_longer_line_comes_in_pieces_that_cut_no_character()
    {
        // Four bytes and two UTF-16 units a character, at odd places, so that every buffer's end falls inside one.
        var text = "x" + string.Concat(Enumerable.Repeat("😀", LineSplitter.LongestLine));
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var lines = await ReadAsync(stream);
        Assert.True(lines.Count is 2 or 3, $"{lines.Count} pieces");
        Assert.Equal(text, string.Concat(lines));
        Assert.DoesNotContain(lines, line => char.IsHighSurrogate(line[^1]));
    }

    [Theory]
    [InlineData("\n", 0)]
    [InlineData("\r\n", 0)]
    [InlineData("\r", 0)]
    [InlineData("\n\n", 1)]
    [InlineData("\r\n\r\n", 1)]
    public async Task A_piece_that_ends_where_its_line_ends_leaves_no_empty_line(string end, int emptyLines)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{new string('x', LineSplitter.LongestLine)}{end}y"));
        Assert.Equal([LineSplitter.LongestLine, .. Enumerable.Repeat(0, emptyLines), 1], (await ReadAsync(stream)).Select(line => line.Length));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("latin1")]
    public async Task Text_of_another_encoding_is_split_into_the_same_lines(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        for (var pieceSize = 1; pieceSize < 6; pieceSize++)
        {
            var lines = new List<string>();
            using var kept = new MemoryStream();
            using var pieces = new PiecewiseStream(encoding.GetBytes("é\n\nb\r\nÿ\rd"), pieceSize);
            await Utf8Lines.ReadAsync(pieces, encoding, mask: null, lines.Add, static () => { }, kept, CancellationToken.None);
            Assert.Equal(["é", "", "b", "ÿ", "d"], lines);
            Assert.Equal("é\n\nb\r\nÿ\rd", Encoding.UTF8.GetString(kept.ToArray()));
        }
    }

    [Fact]
    public async Task A_line_of_another_encoding_is_told_before_the_next_one_comes()
    {
        var writer = new System.IO.Pipelines.Pipe();
        using var told = new SemaphoreSlim(0);
        var reading = Utf8Lines.ReadAsync(writer.Reader.AsStream(), Encoding.Unicode, mask: null, _ => told.Release(), static () => { }, kept: null, CancellationToken.None);
        await writer.Writer.WriteAsync(Encoding.Unicode.GetBytes("a\n"), TestContext.Current.CancellationToken);
        Assert.True(await told.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.False(reading.IsCompleted);
        await writer.Writer.CompleteAsync();
        await reading;
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("latin1")]
    public async Task It_is_told_when_the_lines_that_came_together_are_told(string name)
    {
        var told = new List<string>();
        var writer = new System.IO.Pipelines.Pipe();
        using var caughtUp = new SemaphoreSlim(0);
        var reading = Utf8Lines.ReadAsync(writer.Reader.AsStream(), Encoding.GetEncoding(name), mask: null, told.Add, CaughtUp, kept: null, CancellationToken.None);

        await writer.Writer.WriteAsync("a\nb\nc"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.True(await caughtUp.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(["a", "b", "|"], told);

        await writer.Writer.WriteAsync("d\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.True(await caughtUp.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Equal(["a", "b", "|", "cd", "|"], told);
        await writer.Writer.CompleteAsync();
        await reading;

        void CaughtUp()
        {
            told.Add("|");
            caughtUp.Release();
        }
    }

    [Fact]
    public async Task Kept_bytes_are_those_that_came()
    {
        using var stream = new MemoryStream([(byte)'a', (byte)'\r', 0xFF]);
        using var kept = new MemoryStream();
        await Utf8Lines.ReadAsync(stream, _ => { }, static () => { }, kept, CancellationToken.None);
        Assert.Equal(stream.ToArray(), kept.ToArray());
    }

    private sealed class PiecewiseStream(byte[] bytes, int pieceSize) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceSize)], cancellationToken);
    }
}
