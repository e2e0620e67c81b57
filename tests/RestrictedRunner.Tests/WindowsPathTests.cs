using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class WindowsPathTests
{
    [Theory]
    [InlineData(@"bash scripts\gen.sh", "bash: scriptsgen.sh: No such file or directory", @"scripts\gen.sh")]
    [InlineData(@"cat 'scripts\gen.sh'", @"cat: can't open 'scripts\gen.sh': No such file or directory", @"scripts\gen.sh")]
    [InlineData(@"echo 1 > obj\Debug/net10.0/a.cs", "/.restricted-runner.sh: line 1: can't create objDebug/net10.0/a.cs: nonexistent directory", @"obj\Debug/net10.0/a.cs")]
    [InlineData(@"wc -l ..\names.txt", "wc: ..names.txt: No such file or directory", @"..\names.txt")]
    public void One_that_is_not_found_is_told_with_what_to_write(string command, string output, string path) =>
        Assert.Equal($@"In Linux '\' parts no folders, and a shell takes it away: write '{path.Replace('\\', '/')}' in place of '{path}'.", Hint(command, output));

    [Fact]
    public void Where_the_shell_stopped_it_names_what_it_did_not_find()
    {
        var failed = new FailedCommand(new() { Command = @"scripts\sub\gen.sh --all" }, 127, new("Command", 1, "scriptssubgen.sh: not found"), KeptOutput.None, ImageSettings.None);

        Assert.Equal(@"In Linux '\' parts no folders, and a shell takes it away: write 'scripts/sub/gen.sh' in place of 'scripts\sub\gen.sh'.", WindowsPath.Hint(failed));
    }

    [Theory]
    [InlineData(@"printf 'a\nb'; cat none", "a\nb\ncat: can't open 'none': No such file or directory")]
    [InlineData(@"cat scripts\gen.sh", "scriptsgen.sh is wrong")]
    [InlineData(@"cat scripts/gen.sh", "cat: can't open 'scripts/gen.sh': No such file or directory")]
    [InlineData(@"cat scripts\gen.sh", "cat: can't open 'other/scriptsgen.sh': No such file or directory")]
    [InlineData(@"grep a\.b none", "grep: none: No such file or directory")]
    public void Anything_else_is_not(string command, string output) => Assert.Equal("", Hint(command, output));

    private static string Hint(string command, string output) =>
        WindowsPath.Hint(new(new() { Command = command }, 2, At: null, KeptOutput.None with { LastLines = output }, ImageSettings.None));
}
