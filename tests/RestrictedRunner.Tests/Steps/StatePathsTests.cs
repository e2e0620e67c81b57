using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class StatePathsTests : IDisposable
{
    // Of the system.
    private const int LongestFileName = 255;

    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("\u4e2d")]
    [InlineData("\U0001f600")]
    [InlineData("/")]
    public void A_long_name_is_no_too_long_file_name(string character)
    {
        var step = string.Concat(Enumerable.Repeat(character, 200));

        Assert.All(Paths(step), path => Assert.True(Path.GetFileName(path).Length < LongestFileName - "-root.".Length - 32 - ".new".Length));
        Assert.NotEqual(StatePaths.Of(_folder, Step(step + "a")), StatePaths.Of(_folder, Step(step + "b")));
    }

    [Fact]
    public void A_short_name_stands_in_the_file_name_as_it_is() =>
        Assert.Matches(@"^Make%20it-[0-9a-f]{8}\.state$", Path.GetFileName(StatePaths.Of(_folder, Step("Make it")).State));

    [Theory]
    [InlineData("a")]
    [InlineData("a very long name, of which a part is cut off in the name of the file, as otherwise it would be too long")]
    public void All_files_are_known_for_ours_and_removed(string step)
    {
        Assert.All(Paths(step), path => Assert.True(StatePaths.IsName(Path.GetFileName(path))));
        foreach (var path in Paths(step))
        {
            File.WriteAllText(path, "");
        }

        StatePaths.Remove(_folder, stays: _ => false);

        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public void What_is_remembered_of_other_steps_stays()
    {
        string[] files = [.. Paths("Mine"), .. Paths("Other"), Path.Combine(_folder, "a.proj-7-abcdefgh.log"), Path.Combine(_folder, "own.txt")];
        foreach (var path in files)
        {
            File.WriteAllText(path, "");
        }

        StatePaths.Remove(_folder, stays: path => path == StatePaths.Of(_folder, Step("Other")).Written);

        Assert.Equal([.. Paths("Other").Order(StringComparer.Ordinal), Path.Combine(_folder, "own.txt")], Directory.GetFiles(_folder).Order(StringComparer.Ordinal));
    }

    private IReadOnlyList<string> Paths(string step)
    {
        var paths = StatePaths.Of(_folder, Step(step));
        return [paths.State, paths.Written, paths.Inputs, paths.Outputs, paths.Inputs + KnownRoot.Ending];
    }

    private static DeclaredStep Step(string name) => new(name, new("", static () => 0)) { Outputs = ["out.txt"] };
}
