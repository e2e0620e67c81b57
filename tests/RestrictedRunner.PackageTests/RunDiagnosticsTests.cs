namespace RestrictedRunner.PackageTests;

public class RunDiagnosticsTests
{
    [EngineTheory]
    [InlineData("RRB3003", "Arguments='no-such-program'", "Image 'busybox:latest' has no program 'no-such-program'. Check the command's first word, Shell and Entrypoint, and that the image has that program.")]
    [InlineData("RRB3003", "Shell='bash' Command='a; b'", "Image 'busybox:latest' has no program 'bash'. Check the command's first word, Shell and Entrypoint, and that the image has that program.")]
    [InlineData("RRB3004", "Arguments='/etc/passwd'", "The program '/etc/passwd' in image 'busybox:latest' cannot be executed. Check that it is a file with the executable bit, for the machine's platform.")]
    [InlineData("RRB3004", "Command='/etc'", "The program '/etc' in image 'busybox:latest' cannot be executed. Check that it is a file with the executable bit, for the machine's platform.")]
    [InlineData("RRB3005", "Command='true' DockerRunOpts='--no-such-option=1'", "The container of image 'busybox:latest' could not be started:")]
    [InlineData("RRB3005", "Command='true' Network='no-such-network'", "The container of image 'busybox:latest' could not be started:")]
    public async Task A_command_that_could_not_be_started_is_told_apart_from_one_that_failed(string code, string attributes, string text)
    {
        var project = TestProject.WithTarget($"<DockerExec Image='busybox:latest' {attributes} />");

        var error = (await project.BuildAsync()).FailedWithOneError();

        var lines = error.Text.Split('\n', 2);
        Assert.Equal(project.ErrorAtStep(code, text), error with { Text = lines[0] });
        Assert.NotEmpty(lines[1]);
    }

    [EngineFact]
    public async Task An_exit_code_that_engines_use_too_is_the_commands_own_when_the_command_ran()
    {
        var project = TestProject.WithTarget("<DockerExec Image='busybox:latest' Command='exit 127' />");

        var build = await project.BuildAsync();

        Assert.Equal(project.ErrorAtStep("RRB3001", "The command exited with code 127 in image 'busybox:latest'. It printed nothing."), build.FailedWithOneError());
    }

    [EngineTheory]
    [InlineData("RRB3003", "#!/bin/sh\r\necho\r\n", true, "Image 'busybox:latest' cannot run '/src/tool.sh': the script 'FOLDER/tool.sh' has Windows line ends (CRLF); save it with LF.")]
    [InlineData("RRB3003", "#!/bin/bash\necho\n", true, "Image 'busybox:latest' cannot run '/src/tool.sh': its interpreter '/bin/bash' is not in the image.")]
    [InlineData("RRB3004", "#!/bin/sh\necho\n", false, "The program '/src/tool.sh' cannot be executed in image 'busybox:latest'. Make 'FOLDER/tool.sh' executable (chmod +x, in git: git update-index --chmod=+x), or run it with its shell.")]
    public async Task A_mounted_program_that_cannot_be_run_is_looked_at_on_the_host(string code, string script, bool isExecutable, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var project = TestProject.WithTarget("<DockerExec Image='busybox:latest' Command='/src/tool.sh' Mounts='.:/src' />");
        var file = project.Write("tool.sh", script);
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | (isExecutable ? UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None));

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(project.ErrorAtStep(code, text.Replace("FOLDER", project.Folder, StringComparison.Ordinal)), error with { Text = error.Text.Split('\n')[0] });
    }

    [EngineTheory]
    [InlineData("./tool.sh a b", "#!/bin/sh\r\necho\r\n", true, " It cannot be run: the script 'FOLDER/tool.sh' has Windows line ends (CRLF); save it with LF.")]
    [InlineData("sh &quot;tool.sh&quot; &amp;&amp; true", "set -e\r\nexit 3\r\n", true, " The script 'FOLDER/tool.sh' has Windows line ends (CRLF), which shells of Linux take for a part of each line; save it with LF.")]
    [InlineData("./tool.sh a", "#!/bin/bash\necho\n", true, " It cannot be run: its interpreter '/bin/bash' is not in the image.")]
    [InlineData("./tool.sh a", "#!/bin/sh\necho\n", false, " Make 'FOLDER/tool.sh' executable (chmod +x, in git: git update-index --chmod=+x), or run it with its shell.")]
    [InlineData("true; shopt -s x", "", true, " 'shopt' is a word of bash: set Shell=&quot;bash&quot;, with an image that has it.")]
    public async Task A_script_of_a_mount_that_fails_in_a_longer_command_is_looked_at_too(string command, string script, bool isExecutable, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var project = TestProject.WithTarget($"<DockerExec Image='busybox:latest' Command='{command} ' Mounts='.:/src' WorkDir='/src' />");
        var file = project.Write("tool.sh", script);
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | (isExecutable ? UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None));

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Contains($".{text.Replace("FOLDER", project.Folder, StringComparison.Ordinal).Replace("&quot;", "\"", StringComparison.Ordinal)} The whole output is in ", error.Text, StringComparison.Ordinal);
    }

    [EngineTheory]
    [InlineData("RRB3003", "Image='busybox:latest' Command='echo; true' EnvironmentVariables='PATH=/x:$PATH'", "'sh' is not in the PATH that EnvironmentVariables give to the step, '/x:$PATH', which replaces the image's; nothing expands '$' there. Set it in the script: PrepareCommand=\"export PATH=/folder:$PATH\".\n")]
    [InlineData("RRB3001", "Image='rvolosatovs/protoc:4.1.0' Command='echo; true'", "The image has an entry point, '/usr/bin/protoc -I/usr/include', which got the shell and the script as its arguments; to run the command in its place, set Entrypoint=\"none\".")]
    [InlineData("RRB3001", "Image='gcc:12' Command='make all' Entrypoint='/usr/bin/make'", "Entrypoint '/usr/bin/make' got the shell and the script as its arguments; what it is to get goes into Arguments. The whole output is in ")]
    [InlineData("RRB3001", "Image='gcc:12' Command='set -o pipefail; true'", "'pipefail' is a word of bash: set Shell=\"bash\", with an image that has it.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='cat names.txt;' Mounts='.:/src' WorkDir='/srcc'", "'names.txt' is in the project's folder, which is '/src' in the container, and the step started in '/srcc', which no mount shows.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='cat /src/link;' Mounts='sub:/src'", "'FOLDER/sub/link' is a link to 'FOLDER/names.txt', which no mount shows.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='echo > /src/x;' Mounts='.:/src:ro'", "'/src/x' is in a mount that is read-only, 'FOLDER:/src:ro': mount it without ':ro', or the folder that is written to by itself.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='true | true' PidsLimit='1' Init='false'", "The step's PidsLimit is 1 processes and threads at once; raise it, or let the command start fewer (make -j).")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='test -n \"$DOTNET_CLI_TELEMETRY_OPTOUT\"'", "'DOTNET_CLI_TELEMETRY_OPTOUT' is a variable of the build, which the container does not see: add EnvironmentVariables=\"DOTNET_CLI_TELEMETRY_OPTOUT=$(DOTNET_CLI_TELEMETRY_OPTOUT)\". It printed nothing.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='echo > ../x;' Mounts='.:/src' WorkDir='/src' User='4321'", "'/x' is beside what is mounted, in a folder of the container that is root's: mount the folder that it is to be in.")]
    public async Task What_made_the_command_fail_is_told_where_it_can_be_seen(string code, string attributes, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var project = TestProject.WithTarget($"<DockerExec {attributes.Replace(">", "&gt;", StringComparison.Ordinal)} />");
        project.Write("names.txt", "");
        Directory.CreateDirectory(project["sub"]);
        File.CreateSymbolicLink(project["sub/link"], "../names.txt");

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(code, error.Code);
        Assert.Contains(text.Replace("FOLDER", project.Folder, StringComparison.Ordinal), error.Text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_mount_inside_a_read_only_one_that_has_no_place_is_told()
    {
        var project = TestProject.WithTarget("<DockerExec Image='busybox:latest' Command='ls /src' Mounts='.:/src:ro;made:/src/gen2' />");
        project.Write("made/a.txt", "");

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(
            project.ErrorAtStep("RRB3005", $"The container of image 'busybox:latest' could not be started. Create '{project["gen2"]}' before the step: it is where '{project["made"]}' is mounted, inside a read-only mount:"),
            error with { Text = error.Text.Split('\n')[0] });
        Assert.Contains("read-only file system", error.Text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_path_of_the_host_that_the_container_does_not_see_is_named()
    {
        var project = TestProject.WithTarget("<DockerExec Image='busybox:latest' Command='sort &quot;$(MSBuildProjectDirectory)/names.txt&quot;' Mounts='.:/src' />");
        var names = project.Write("names.txt", "");

        var text = (await project.BuildAsync()).FailedWithOneError().Text;

        Assert.StartsWith(
            $"The command exited with code 2 in image 'busybox:latest'. '{names}' is a path of the host, which the container does not see; mount it, or use its path in the container. The whole output is in ",
            text,
            StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_step_without_mounts_that_misses_a_file_is_told_that_it_sees_none()
    {
        var project = TestProject.WithTarget("<DockerExec Image='busybox:latest' Command='cat names.txt' />");

        var text = (await project.BuildAsync()).FailedWithOneError().Text;

        Assert.StartsWith(
            "The command exited with code 1 in image 'busybox:latest'. The step has no Mounts: its container sees no folder of the host. The whole output is in ",
            text,
            StringComparison.Ordinal);
    }
}
