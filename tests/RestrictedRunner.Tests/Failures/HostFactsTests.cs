using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class HostFactsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("host-facts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("#!/bin/sh\r\necho\r\n", "#!/bin/sh\r", "/bin/sh\r", true)]
    [InlineData("#! /usr/bin/env bash\necho\n", "#! /usr/bin/env bash", "/usr/bin/env", false)]
    [InlineData("#!", "#!", "", false)]
    [InlineData("echo", "echo", "", false)]
    [InlineData("", "", "", false)]
    public void A_file_is_a_program_by_its_first_line(string content, string firstLine, string interpreter, bool hasWindowsLineEnds)
    {
        var file = Write("a.sh", content);

        var program = HostFacts.Of(Here.Host).Program(file)!;

        Assert.Equal((firstLine, interpreter, hasWindowsLineEnds), (program.FirstLine, program.Interpreter, program.HasWindowsLineEnds));
    }

    [Fact]
    public void It_may_be_executable()
    {
        var file = Write("a.sh", "");
        // Windows has no bit that says so.
        Assert.Equal(!Here.Host.HasExecutableBit, HostFacts.Of(Here.Host).Program(file)!.IsExecutable);

        UnixMode.Set(file, UnixFileMode.UserRead | UnixFileMode.GroupExecute);
        Assert.True(HostFacts.Of(Here.Host).Program(file)!.IsExecutable);
    }

    [Fact]
    public void A_folder_is_no_program_and_a_pipe_is_not_opened()
    {
        if (!Here.Host.IsWindows)
        {
            Assert.True(NamedPipe.TryMake(Path.Combine(_folder, "pipe")));
        }

        Assert.All([_folder, Path.Combine(_folder, "pipe"), Path.Combine(_folder, "none")], path => Assert.Null(HostFacts.Of(Here.Host).Program(path)));
    }

    [Fact]
    public void A_link_leads_somewhere_also_one_of_the_folders()
    {
        Needs.Links();
        Directory.CreateDirectory(Path.Combine(_folder, "other"));
        var file = Write("other/shared.txt", "");
        File.CreateSymbolicLink(Path.Combine(_folder, "link.txt"), "other/shared.txt");
        File.CreateSymbolicLink(Path.Combine(_folder, "circle.txt"), "circle.txt");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "linked"), "other");

        Assert.Equal(
            [file, file, null, null, null],
            new[] { "link.txt", "linked/shared.txt", "other/shared.txt", "circle.txt", "none.txt" }.Select(name => HostFacts.Of(Here.Host).LinkTarget(Path.Combine(_folder, name))));
    }

    [Fact]
    public void What_is_there_has_an_owner()
    {
        var facts = HostFacts.Of(Here.Host);

        Assert.Equal((true, facts.Caller), (facts.Exists(_folder), facts.OwnerOf(_folder)));
        Assert.Equal((false, null), (facts.Exists($"{_folder}/none"), facts.OwnerOf($"{_folder}/none")));
    }

    private string Write(string name, string content)
    {
        var file = Path.GetFullPath(name, _folder);
        File.WriteAllText(file, content);
        return file;
    }
}
