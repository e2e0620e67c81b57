using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class AbsentFolderTests
{
    [Theory]
    [InlineData("cp: can't create 'wwwroot/o2.txt': No such file or directory", "wwwroot")]
    [InlineData("cp: can't create 'bin/Debug/': No such file or directory", "bin/Debug")]
    [InlineData("cp: cannot create regular file '/src/out/a/b.txt': No such file or directory", "/src/out/a")]
    [InlineData("/.restricted-runner.sh: line 1: can't create gen/a.cs: nonexistent directory", "gen")]
    [InlineData("/.restricted-runner.sh: 1: cannot create gen/a.cs: Directory nonexistent", "gen")]
    public void It_is_named(string output, string folder) =>
        Assert.Equal($"The folder '{folder}' is not there: let the command make it, by mkdir -p.", Hint(output));

    [Theory]
    [InlineData("cp: can't create 'there/a.txt': No such file or directory")]
    [InlineData("cp: can't create 'a.txt': No such file or directory")]
    [InlineData("cp: can't create '/opt/a/b.txt': No such file or directory")]
    [InlineData("cp: can't create 'gen/a.txt': Permission denied")]
    [InlineData("cat: can't open 'gen/a.txt': No such file or directory")]
    public void Anything_else_is_not(string output) => Assert.Equal("", Hint(output));

    private static string Hint(string output) =>
        AbsentFolder.Hint(new() { Mounts = [new("/home/app", "/src")], WorkDir = "/src" }, output, path => path is "/home/app" or "/home/app/there");
}
