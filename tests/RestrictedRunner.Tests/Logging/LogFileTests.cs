using CsCheck;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class LogFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("log-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Every_line_is_in_the_file_whatever_its_length()
    {
        // Around the size of its buffer, where a character may need one byte or three.
        Gen.Select(Gen.OneOf(Gen.Int[0, 100], Gen.Int[21_000, 23_000], Gen.Int[60_000, 70_000]), Gen.Char["aé€"]).Array[0, 8].Sample(
            lines =>
            {
                var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.log");
                using var file = new LogFile(LogFilePlace.At(path));
                foreach (var (length, character) in lines)
                {
                    file.Add(new string(character, length));
                }

                Assert.Equal("", file.Keep());
                Assert.Equal(lines.Select(line => new string(line.Item2, line.Item1)), File.ReadAllLines(path));
            },
            iter: 200);
    }

    [Theory]
    [InlineData(1, 65_535, false)]
    [InlineData(1, 65_536, true)]
    [InlineData(2, 32_767, false)]
    [InlineData(2, 32_768, true)]
    public void Below_64_KiB_it_is_not_made(int lines, int length, bool isMade)
    {
        var path = Path.Combine(_folder.FullName, "a.log");
        using var file = new LogFile(LogFilePlace.At(path));
        for (var i = 0; i < lines; i++)
        {
            file.Add(new string('x', length));
        }

        Assert.Equal(isMade, File.Exists(path));
    }

    [Fact]
    public void Without_Keep_there_is_no_file()
    {
        var path = Path.Combine(_folder.FullName, "a.log");
        using (var file = new LogFile(LogFilePlace.At(path)))
        {
            file.Add(new string('x', 100_000));
            Assert.True(File.Exists(path));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Where_none_can_be_opened_lines_are_taken_and_the_reason_is_kept()
    {
        var inTheWay = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(inTheWay, "");
        using var file = new LogFile(LogFilePlace.At(Path.Combine(inTheWay, "a.log")));
        for (var i = 0; i < 10; i++)
        {
            file.Add(new string('x', 30_000));
        }

        Assert.Contains(inTheWay, file.Keep(), StringComparison.Ordinal);
    }
}
