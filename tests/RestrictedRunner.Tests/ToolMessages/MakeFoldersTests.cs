using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class MakeFoldersTests
{
    // GNU make 3.81 and 3.82 quote with ` and ', 4.x with ' alone; -C at the top has no number.
    [Theory]
    [InlineData("make[1]: Entering directory '/src/app'", "/src/app")]
    [InlineData("make[12]: Entering directory `/src/app'", "/src/app")]
    [InlineData("make: Entering directory '/src/app'", "/src/app")]
    [InlineData("make: Entering directory `/src/app'", "/src/app")]
    [InlineData("make[1]: Entering directory \u2018/src/app\u2019", "/src/app")]
    [InlineData("gmake[1]: Entering directory '/src/app'", "/src/app")]
    [InlineData("/usr/bin/make[1]: Entering directory '/src/my app's'", "/src/my app's")]
    public void The_lines_of_all_versions_name_the_folder(string line, string folder)
    {
        var folders = After(line);

        Assert.Equal([folder], folders.Open);
        Assert.Empty(folders.Left);
    }

    [Theory]
    [InlineData("make[1]: Entering directory 'app'")]
    [InlineData("make[1]: Entering directory /src/app")]
    [InlineData("echo make[1]: Entering directory '/src/app'")]
    [InlineData("make[1]: Leaving directory '/src/app'")]
    [InlineData("make[1]: Nothing to be done for 'all'.")]
    public void Other_lines_say_nothing(string line) => Assert.Same(EnteredFolders.None, After(line));

    [Fact]
    public void What_is_left_is_no_longer_open()
    {
        var folders = After("make[1]: Entering directory '/a'", "make[2]: Entering directory '/a/b'", "make[2]: Leaving directory '/a/b'");

        Assert.Equal(["/a"], folders.Open);
        Assert.Equal(["/a/b"], folders.Left);
    }

    [Fact]
    public void Makes_that_run_at_the_same_time_leave_their_own_folders()
    {
        var folders = After(
            "make[1]: Entering directory '/a'", "make[1]: Entering directory '/b'", "make[1]: Entering directory '/a'", "make[1]: Entering directory '/c'",
            "make[1]: Leaving directory '/b'", "make[1]: Leaving directory '/a'");

        Assert.Equal(["/c", "/a"], folders.Open);
        Assert.Equal(["/a", "/b"], folders.Left);
    }

    [Fact]
    public void A_folder_that_is_left_twice_is_remembered_once()
    {
        string[] once = ["make[1]: Entering directory '/a'", "make[1]: Leaving directory '/a'"];

        Assert.Equal(["/a"], After([.. once, .. once]).Left);
    }

    [Fact]
    public void Only_so_many_are_remembered()
    {
        var folders = After([.. Enumerable.Range(1, 150).Select(i => $"make[1]: Entering directory '/{i}'")]);

        Assert.Equal(Enumerable.Range(51, 100).Reverse().Select(i => $"/{i}"), folders.Open);
    }

    // make tells its folders on standard output, and a compiler its errors on standard error.
    [Fact]
    public void What_one_stream_says_counts_for_the_messages_of_the_other()
    {
        var folders = new MakeFolders();
        var possible = new PossibleErrors();
        var found = new List<ToolMessage>();
        var output = Reader();
        var errors = Reader();

        errors.Read("a.c:1:1: error: before");
        output.Read("make[1]: Entering directory '/src/app'");
        errors.Read("a.c:2:2: error: in it");
        errors.Read("error: held until the next line");
        errors.Read("./a.go:3:3: may be one");
        output.Read("make[1]: Leaving directory '/src/app'");
        errors.Read("a.c:4:4: error: after");

        Assert.Equal(["", "/src/app", "/src/app", ""], found.Select(message => string.Concat(message.Folders.Open)));
        Assert.Equal(["/src/app"], Assert.Single(possible.Messages).Folders.Open);

        ToolMessageReader Reader() =>
            new([], knownFormats: true, folders, possible, (_, message) => found.AddRange(message is null ? [] : [message]), _ => { });
    }

    private static EnteredFolders After(params string[] lines)
    {
        var folders = new MakeFolders();
        Array.ForEach(lines, folders.Pass);
        return folders.Now;
    }
}
