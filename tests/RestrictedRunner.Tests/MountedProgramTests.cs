using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class MountedProgramTests
{
    [Theory]
    [InlineData("exec: \"/src/a b.sh\": No such file or directory", "/src/a b.sh")]
    [InlineData("docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"nosuch\": executable file not found in $PATH: unknown", "nosuch")]
    [InlineData("docker: Error response from daemon: it broke", null)]
    public void The_engine_names_the_program(string words, string? program) => Assert.Equal(program, MountedProgram.NameIn(words));

    [Theory]
    [InlineData("#!/bin/sh\r", "the script '/x' has Windows line ends (CRLF); save it with LF")]
    [InlineData("#!/usr/bin/env bash", "its interpreter '/usr/bin/env' is not in the image")]
    [InlineData("#! /bin/bash -e", "its interpreter '/bin/bash' is not in the image")]
    [InlineData("#!", null)]
    [InlineData("echo\r", null)]
    [InlineData("\u007fELF", null)]
    [InlineData("", null)]
    public void The_first_line_tells_why_a_program_that_is_there_is_not_found(string firstLine, string? why) =>
        Assert.Equal(why, new MountedProgram("/x", firstLine, IsExecutable: true).WhyNotFound);

    [Fact]
    public void A_link_that_leads_out_of_the_mounts_is_told_and_a_pipe_is_not_opened()
    {
        var folder = Directory.CreateTempSubdirectory("mounted-program-").FullName;
        try
        {
            var app = Directory.CreateDirectory(Path.Combine(folder, "app")).FullName;
            var tools = Directory.CreateDirectory(Path.Combine(folder, "tools")).FullName;
            File.WriteAllText(Path.Combine(tools, "a.sh"), "#!/bin/sh\n");
            File.WriteAllText(Path.Combine(app, "in.sh"), "#!/bin/sh\n");
            File.CreateSymbolicLink(Path.Combine(app, "a.sh"), "../tools/a.sh");
            File.CreateSymbolicLink(Path.Combine(app, "b.sh"), "in.sh");
            Directory.CreateSymbolicLink(Path.Combine(app, "linked"), tools);
            Assert.True(NamedPipe.TryMake(Path.Combine(app, "pipe")));
            var options = new StepOptions { Mounts = [new(app, "/src")], WorkDir = "/src", Command = "cat <pipe" };

            Assert.Equal($"'{app}/a.sh' is a link to '{tools}/a.sh', which no mount shows", MountedProgram.Find("./a.sh", options)?.WhyNotFound);
            Assert.Equal($"'{app}/linked/a.sh' is a link to '{tools}/a.sh', which no mount shows", MountedProgram.Find("./linked/a.sh", options)?.WhyNotFound);
            Assert.Null(MountedProgram.Find("./b.sh", options));
            Assert.Empty(MountedProgram.InCommand(options));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("#!/bin/sh\r", "a.sh: line 1: set: illegal option -", true)]
    [InlineData("set -e\r", "sh: a.sh: not found", true)]
    [InlineData("#!/usr/bin/env bash\r", "/usr/bin/env: 'bash\\r': No such file or directory", true)]
    [InlineData("#!/bin/sh\r", "a.sh", false)]
    [InlineData("#!/bin/sh\r", "3 tests failed", false)]
    [InlineData("#!/bin/sh", "a.sh: line 1: set: illegal option -", false)]
    public void Windows_line_ends_count_where_the_last_words_are_about_the_script(string firstLine, string lastLines, bool expected) =>
        Assert.Equal(expected, new MountedProgram("/x/a.sh", firstLine, IsExecutable: true).FailsForItsLineEnds(lastLines));

    [Fact]
    public void A_script_of_another_language_does_not_mind_them() =>
        Assert.False(new MountedProgram("/x/a.pl", "#!/usr/bin/perl\r", IsExecutable: true).FailsForItsLineEnds("a.pl: it broke"));

    [Theory]
    [InlineData("tools/wrap.sh: 2: tools/crlf.sh: not found", "tools/crlf.sh")]
    [InlineData("make: ./tools/crlf.sh: No such file or directory\nmake: *** [Makefile:2: all] Error 127", "tools/crlf.sh")]
    [InlineData("sh: can't execute '/src/tools/crlf.sh': Permission denied", "tools/crlf.sh")]
    [InlineData("cat: tools/data.txt: Permission denied", null)]
    [InlineData("cat: tools/none.sh: No such file or directory", null)]
    [InlineData("tools/crlf.sh: line 3: it broke", null)]
    public void A_script_that_another_one_could_not_run_is_found_in_its_complaint(string lastLines, string? expected)
    {
        var folder = Directory.CreateTempSubdirectory("mounted-program-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "tools"));
            File.WriteAllText(Path.Combine(folder, "tools/crlf.sh"), "#!/bin/sh\r\n");
            File.WriteAllText(Path.Combine(folder, "tools/data.txt"), "data\n");
            var options = new StepOptions { Mounts = [new(folder, "/src")], WorkDir = "/src" };

            Assert.Equal(expected is null ? null : Path.Combine(folder, expected), MountedProgram.InComplaints(lastLines, options).FirstOrDefault()?.HostFile);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void It_is_found_through_the_mounts()
    {
        var folder = Directory.CreateTempSubdirectory("mounted-program-").FullName;
        try
        {
            var file = Path.Combine(folder, "a.sh");
            File.WriteAllText(file, "#!/bin/sh\r\necho\r\n");
            var options = new StepOptions { Mounts = [new(folder, "/src"), new(folder, folder)], WorkDir = "/src" };
            var expected = new MountedProgram(file, "#!/bin/sh\r", IsExecutable: OperatingSystem.IsWindows());

            Assert.All(new[] { "/src/a.sh", "./a.sh", "../src/a.sh", file }, program => Assert.Equal(expected, MountedProgram.Find(program, options)));
            Assert.All(new[] { "a.sh", "/src", "/src/b.sh", "/other/a.sh" }, program => Assert.Null(MountedProgram.Find(program, options)));
            Assert.Null(MountedProgram.Find("./a.sh", options with { WorkDir = "" }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
