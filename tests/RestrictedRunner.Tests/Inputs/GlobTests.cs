using CsCheck;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class GlobTests
{
    [Theory]
    [InlineData("*.c", "a.c .c", "a.h a.c.h d/a.c A.C")]
    [InlineData("?.c", "a.c", ".c ab.c")]
    [InlineData("src/*", "src/a src/.a", "src src/d/a")]
    [InlineData("src/**", "src/a src/d/e/a", "src srcs/a")]
    [InlineData("src/**/*.c", "src/a.c src/d/e/a.c", "a.c src/a.h")]
    [InlineData("**/a", "a d/a d/e/a", "ba d/ba d/a/b")]
    [InlineData("**/d/**/a", "d/a d/e/a e/d/a e/d/f/d/a", "a e/a")]
    [InlineData("**/**/a", "a d/e/f/a", "b")]
    [InlineData("*/", "d/a d/e/a", "a")]
    [InlineData("**", "a d/e/a", "")]
    [InlineData("s*c/[a]?.{c,h}", "src/[a]1.{c,h}", "src/a1.c")]
    [InlineData("./src//./*.c", "src/a.c", "a.c")]
    [InlineData("src/../*.c", "a.c", "src/a.c")]
    [InlineData("../*.c", "../a.c", "a.c ../d/a.c")]
    [InlineData("a.c", "a.c", "a.c/b b.c")]
    [InlineData("src/", "src", "src/a")]
    public void It_stands_for_some_paths_only(string text, string paths, string others)
    {
        var glob = Glob.Parse(HostPaths.Linux, text, "/project");

        Assert.All(Split(paths), path => Assert.True(glob.IsMatch(HostPaths.Linux.Full(path, "/project")), path));
        Assert.All(Split(others), path => Assert.False(glob.IsMatch(HostPaths.Linux.Full(path, "/project")), path));
    }

    [Theory]
    [InlineData("*.c", @"a.c A.C", @"a.h d\a.c")]
    [InlineData(@"src\**\*.c", @"src\a.c SRC\d\A.c", "a.c")]
    [InlineData(@"..\*.c", @"..\a.c", @"a.c ..\d\a.c")]
    [InlineData(@"D:\x\?.c", @"D:\x\a.c d:/X/b.C", @"C:\x\a.c x\a.c")]
    [InlineData(@"\\server\share\*.c", @"\\SERVER\share\a.c", @"\\server\other\a.c")]
    public void It_stands_for_paths_of_Windows_in_every_form(string text, string paths, string others)
    {
        var glob = Glob.Parse(HostPaths.Windows, text, @"C:\project");

        Assert.All(Split(paths), path => Assert.True(glob.IsMatch(HostPaths.Windows.Full(path, @"C:\project")), path));
        Assert.All(Split(others), path => Assert.False(glob.IsMatch(HostPaths.Windows.Full(path, @"C:\project")), path));
    }

    [Theory]
    [InlineData("*.c", "/project")]
    [InlineData("src/x/*/y", "/project/src/x")]
    [InlineData("src/a.c", "/project/src/a.c")]
    [InlineData("src/", "/project/src")]
    [InlineData(".", "/project")]
    [InlineData("../*", "/")]
    [InlineData("/*", "/")]
    [InlineData("/etc/*", "/etc")]
    [InlineData("/", "/")]
    public void It_starts_in_the_innermost_folder_that_has_a_name(string text, string start) =>
        Assert.Equal(start, Glob.Parse(HostPaths.Linux, text, "/project").Start);

    [Fact]
    public void A_path_without_patterns_stands_for_itself() =>
        Gen.String[Gen.Char["ab .!\\[{\uff5e"], 1, 5].Array[1, 4].Sample(names =>
        {
            var text = string.Join('/', names);
            var glob = Glob.Parse(HostPaths.Linux, text, "/project");

            Assert.True(glob.IsPlain);
            Assert.True(glob.IsMatch(HostPaths.Linux.Full(text, "/project")));
        });

    // The meaning of patterns, put in the fewest words.
    [Fact]
    public void It_agrees_with_the_definition()
    {
        var names = Gen.OneOf("a", "b", "ab", ".a").List[0, 4];
        Gen.Select(Gen.OneOf("**", "*", "a", "?", "a*", "*b").List[1, 5], names).Sample((patterns, path) =>
            Assert.Equal(
                IsMatch([.. patterns.Prepend("*"), .. patterns[^1] == "**" ? ["*"] : Array.Empty<string>()], [.. path.Prepend("x")]),
                Glob.Parse(HostPaths.Linux, $"*/{string.Join('/', patterns)}", "/project").IsMatch($"/project/x/{string.Join('/', path)}")));
    }

    private static bool IsMatch(ReadOnlySpan<string> patterns, ReadOnlySpan<string> names) => patterns switch
    {
        [] => names.IsEmpty,
        ["**", .. var rest] => IsMatch(rest, names) || (!names.IsEmpty && IsMatch(patterns, names[1..])),
        [var pattern, .. var rest] => !names.IsEmpty && IsName(pattern, names[0]) && IsMatch(rest, names[1..]),
    };

    private static bool IsName(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name) => pattern switch
    {
        [] => name.IsEmpty,
        ['*', .. var rest] => IsName(rest, name) || (!name.IsEmpty && IsName(pattern, name[1..])),
        [var character, .. var rest] => !name.IsEmpty && (character == '?' || character == name[0]) && IsName(rest, name[1..]),
    };

    private static string[] Split(string paths) => paths.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
