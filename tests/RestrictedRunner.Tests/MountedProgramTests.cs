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
