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
    [InlineData("RRB3003", "#!/bin/sh\r\necho\r\n", true, "Image 'busybox:latest' has no program '/src/tool.sh'. 'FOLDER/tool.sh' has Windows line ends (CRLF), which Linux takes for a part of each line: save it with LF.")]
    [InlineData("RRB3003", "#!/bin/bash\necho\n", true, "Image 'busybox:latest' has no program '/src/tool.sh'. 'FOLDER/tool.sh' needs '/bin/bash', which is not in the image.")]
    [InlineData("RRB3004", "#!/bin/sh\necho\n", false, "The program '/src/tool.sh' in image 'busybox:latest' cannot be executed. 'FOLDER/tool.sh' has no execute bit: set it (chmod +x, in git: git update-index --chmod=+x), or run it with its shell.")]
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
    [InlineData("./tool.sh a b", "#!/bin/sh\r\necho\r\n", true, "'FOLDER/tool.sh' has Windows line ends (CRLF), which Linux takes for a part of each line: save it with LF.")]
    [InlineData("sh &quot;tool.sh&quot; &amp;&amp; true", "set -e\r\nexit 3\r\n", true, "'FOLDER/tool.sh' has Windows line ends (CRLF), which Linux takes for a part of each line: save it with LF.")]
    [InlineData("./tool.sh a", "#!/bin/bash\necho\n", true, "'FOLDER/tool.sh' needs '/bin/bash', which is not in the image.")]
    [InlineData("./tool.sh a", "#!/bin/sh\necho\n", false, "'FOLDER/tool.sh' has no execute bit: set it (chmod +x, in git: git update-index --chmod=+x), or run it with its shell.")]
    [InlineData("true; shopt -s x", "", true, "'shopt' is a word of bash: set Shell=&quot;bash&quot;, with an image that has it.")]
    public async Task A_script_of_a_mount_that_fails_in_a_longer_command_is_looked_at_too(string command, string script, bool isExecutable, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var project = TestProject.WithTarget($"<DockerExec Image='busybox:latest' Command='{command} ' Mounts='.:/src' WorkDir='/src' />");
        var file = project.Write("tool.sh", script);
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | (isExecutable ? UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None));

        var error = (await project.BuildAsync()).FailedWithOneError();

        var lines = error.Text.Split('\n');
        Assert.EndsWith($". {text.Replace("FOLDER", project.Folder, StringComparison.Ordinal).Replace("&quot;", "\"", StringComparison.Ordinal)}", lines[0], StringComparison.Ordinal);
        Assert.Equal($"The whole output is in {project.LogFile}.", lines[^1]);
    }

    [EngineTheory]
    [InlineData("RRB3001", "Image='gcc:12' Command='set -o pipefail; true'", "'pipefail' is a word of bash: set Shell=\"bash\", with an image that has it.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='cat names.txt;' Mounts='.:/src' WorkDir='/srcc'", "'names.txt' is in the project's folder, which is '/src' in the container, and the step started in '/srcc': set WorkingDirectory=\"FOLDER\".")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='cat /src/link;' Mounts='sub:/src'", "'FOLDER/sub/link' is a link to 'FOLDER/names.txt', which no mount shows.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='echo > /src/x;' Mounts='.:/src:ro'", "'/src/x' is in a read-only mount, 'FOLDER:/src:ro': mount it without ':ro', or give the folder that is written to a mount of its own.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='true | true' PidsLimit='1' Init='false'", "The step's PidsLimit is 1 processes and threads at once: raise it, or let the command start fewer (make -j).")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='sed -i s/a/b/ names.txt' Mounts='.:/src;names.txt:/src/names.txt' WorkDir='/src'", "'/src/names.txt' is a mount of its own, which nothing can replace or remove: mount the folder that it is in.")]
    [InlineData("RRB3001", "Image='gcc:12' Command='sed -i s/a/b/ names.txt' Mounts='.:/src;names.txt:/src/names.txt' WorkDir='/src'", "'/src/names.txt' is a mount of its own, which nothing can replace or remove: mount the folder that it is in.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='wget http://example.invalid' AllowNetworking='false'", "The step has no network: AllowNetworking=\"true\" gives it one.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='sh -c &quot;kill -SEGV $$&quot;'", "That is the code of a program which signal 11 (SIGSEGV) has ended.")]
    [InlineData("RRB3001", "Image='busybox:latest' Command='echo fatal: not a git repository: FOLDER/sub >&amp;2; exit 128'", "'FOLDER/sub' is on the host, and no mount shows it to the container: add Mounts=\"FOLDER/sub:FOLDER/sub\".")]
    public async Task What_made_the_command_fail_is_told_where_it_can_be_seen(string code, string attributes, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var project = TestProject.WithTarget($"<DockerExec {attributes.Replace(">", "&gt;", StringComparison.Ordinal).Replace("FOLDER", "$(MSBuildProjectDirectory)", StringComparison.Ordinal)} />");
        project.Write("names.txt", "");
        Directory.CreateDirectory(project["sub"]);
        File.CreateSymbolicLink(project["sub/link"], "../names.txt");

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(code, error.Code);
        Assert.EndsWith($". {text.Replace("FOLDER", project.Folder, StringComparison.Ordinal)}", error.Text.Split('\n')[0].Replace(" It printed nothing.", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    // Advice that was right only sometimes.
    [EngineTheory]
    [InlineData("Image='rvolosatovs/protoc:4.1.0' Command='echo; true'")]
    [InlineData("Image='gcc:12' Command='make all' Entrypoint='/usr/bin/make'")]
    [InlineData("Image='busybox:latest' Command='test -n \"$DOTNET_CLI_TELEMETRY_OPTOUT\"'")]
    [InlineData("Image='busybox:latest' Command='cat none.txt; copy a b'")]
    public async Task Without_a_fact_nothing_is_guessed(string attributes)
    {
        var project = TestProject.WithTarget($"<DockerExec {attributes} />");

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Matches(@"^The command exited with code \d+ in image '[^']+'( \(line 1 of Command: [^)]*\))?\.( It printed nothing\.)?$", error.Text.Split('\n')[0]);
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

        Assert.StartsWith($"The command exited with code 2 in image 'busybox:latest'. '{names}' is a path of the host: in the container it is '/src/names.txt'.\nThe last lines of standard error:\n", text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_step_without_mounts_that_misses_a_file_of_the_project_is_told_so()
    {
        var project = TestProject.WithTarget("<DockerExec Image='busybox:latest' Command='cat names.txt' />");
        project.Write("names.txt", "");

        var text = (await project.BuildAsync()).FailedWithOneError().Text;

        Assert.StartsWith(
            $"The command exited with code 1 in image 'busybox:latest'. 'names.txt' is in the project's folder, which no mount shows to the container: add Mounts=\"{project.Folder}:{project.Folder}\" and WorkingDirectory=\"{project.Folder}\".\n",
            text,
            StringComparison.Ordinal);
    }
}
