using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class WindowsPathTests
{
    [Theory]
    [InlineData(@"-v C:\data:/d", new[] { "-v", @"C:\data:/d" })]
    [InlineData(@"-vC:\data:/d", new[] { "-vC:data:/d" })]
    [InlineData(@"--volume=C:\my\data:/d --init", new[] { "--volume=C:\\my\\data:/d", "--init" })]
    [InlineData(@"-v ""C:\my data:/d"" -v 'D:\other data:/e'", new[] { "-v", @"C:\my data:/d", "-v", @"D:\other data:/e" })]
    [InlineData(@"--mount ""type=bind,src=C:\my data,dst=/d""", new[] { "--mount", @"type=bind,src=C:\my data,dst=/d" })]
    [InlineData(@"-v \\server\share:/d", new[] { "-v", @"\\server\share:/d" })]
    [InlineData(@"-v ""\\server\my share:/d""", new[] { "-v", @"\\server\my share:/d" })]
    [InlineData(@"--label a\ b --label c\""d", new[] { "--label", "a b", "--label", "c\"d" })]
    [InlineData(@"--env URL=http:\\x", new[] { "--env", @"URL=http:\x" })]
    [InlineData("-v C:/data:/d", new[] { "-v", "C:/data:/d" })]
    public void A_path_in_options_keeps_its_backslashes(string options, string[] words) =>
        Assert.Equal(words, RunOpts.Split(WindowsPath.Escaped(options)));

    [Theory]
    [InlineData(@"gcc -o obj\Debug\net10.0\b a.c", @"obj\Debug\net10.0\b")]
    [InlineData(@"gcc -o ""obj\Debug\net10.0\b"" a.c", @"obj\Debug\net10.0\b")]
    [InlineData(@"cat C:\src\a.txt", @"C:\src\a.txt")]
    [InlineData(@"cat ..\shared\a.txt > out", @"..\shared\a.txt")]
    [InlineData(@"cat \\server\share\a.txt", @"\\server\share\a.txt")]
    [InlineData(@"set -e
        cp src\a.c /tmp", @"src\a.c")]
    [InlineData(@"gcc -Iobj\inc a.c", null)]
    [InlineData(@"printf 'a\nb\n'", null)]
    [InlineData(@"sed 's/\(a\)/\1/; s/\./x/' a.txt", null)]
    [InlineData(@"grep 'other\name' a.txt", null)]
    [InlineData(@"find . -name \*.c -exec echo {} \;", null)]
    [InlineData("cat obj/Debug/a.txt", null)]
    [InlineData(@"echo \", null)]
    public void A_path_of_Windows_in_a_command_is_seen(string command, string? path) =>
        Assert.Equal(path, WindowsPath.FirstIn(command, HostPaths.Windows, @"C:\project", folder => folder is @"C:\project\obj" or @"C:\project\src"));

    [Fact]
    public void On_other_hosts_nobody_writes_one() => Assert.Null(WindowsPath.FirstIn(@"cat C:\a\b", HostPaths.Linux, "/project", static _ => true));

    // $(RepoRoot):$(RepoRoot) is so on Windows.
    [Theory]
    [InlineData(@"C:\src:C:\src", @"C:\src", "/C/src", false)]
    [InlineData(@"C:\src\:c:\src\:ro", @"C:\src\", "/C/src", true)]
    [InlineData(@"sub:D:/a:rw", @"C:\p\sub", "/D/a", false)]
    [InlineData(@"\\server\share:\\server\share", @"\\server\share", "/UNC/server/share", false)]
    [InlineData(@"C:\src:/src:ro", @"C:\src", "/src", true)]
    [InlineData(@"obj\Debug\:/out", @"C:\p\obj\Debug\", "/out", false)]
    public void A_folder_of_Windows_is_mounted_at_its_own_path(string text, string hostPath, string containerPath, bool readOnly)
    {
        var (mounts, problems) = ParameterReader.ReadMounts([new GivenItem(text)], @"C:\p", Host.Windows);

        Assert.Empty(problems);
        Assert.Equal([new Mount(hostPath, containerPath, readOnly)], mounts);
    }

    [Fact]
    public void Only_on_Windows_options_are_read_so()
    {
        Assert.Equal(@"-v C:\\data:/d", Read(Host.Windows));
        Assert.Equal(@"-v C:\data:/d", Read(Host.Linux));

        static string Read(Host host) =>
            ParameterReader.Read(GivenValues.OfProperties([new Microsoft.Build.Utilities.TaskItem("DockerRunOpts", new Dictionary<string, string> { ["Value"] = @"-v C:\data:/d" })]), "/p", LogFilePlace.At("/log"), host).Options.DockerRunOpts;
    }
}
