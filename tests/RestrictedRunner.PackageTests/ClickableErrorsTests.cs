namespace RestrictedRunner.PackageTests;

/// <summary>Errors and warnings of tools lead to the file on the host, and those of a script to the project.</summary>
public class ClickableErrorsTests
{
    [EngineTheory]
    [InlineData("echo '/src/a.c(3,5): error X1: it broke'", "X1", "a.c", 3)]
    [InlineData("echo 'b.c:4:2: error: it broke'", "", "sub/b.c", 4)]
    [InlineData("echo '../b.c:4:2: error: it broke' >&amp;2", "", "b.c", 4)]
    [InlineData("printf '\\033[1mdeep/c.c:5: \\033[31merror:\\033[0m it broke\\n'", "", "other/c.c", 5)]
    [InlineData("echo '/x/y.c:6:1: fatal error: it broke'", "", "one.c", 6)]
    [InlineData("echo 'error[E0308]: it broke'; echo '  --> src/main.rs:7:1'", "E0308", "sub/src/main.rs", 7)]
    [InlineData("echo './main.go:8:2: it broke'", "", "sub/main.go", 8)]
    public async Task A_path_of_the_container_becomes_the_hosts(string print, string code, string file, int line)
    {
        var project = WithStep("WorkDir='/src/sub' Mounts='.:/src;other:/src/sub/deep;one.c:/x/y.c'", $"{print}; exit 1");
        project.Write("sub/deep/keep", "");
        project.Write("other/keep", "");
        project.Write("one.c", "");
        foreach (var name in new[] { "sub/b.c", "b.c", "other/c.c", "sub/src/main.rs", "sub/main.go" })
        {
            project.Write(name, "");
        }

        var error = (await project.BuildAsync()).Errors[0];

        Assert.Equal(new Problem(code, project[file], line, "it broke"), error with { Code = error.Code ?? "" });
    }

    [EngineFact]
    public async Task A_path_that_no_mount_reaches_stays()
    {
        var project = WithStep("Mounts='.:/src'", "echo '/usr/include/a.h:7:1: warning: it is old [-Wold]'");

        var build = await project.BuildAsync();

        build.Succeeded();
        Assert.Equal([new Problem("-Wold", "/usr/include/a.h", 7, "it is old [-Wold]")], build.Warnings);
    }

    [EngineTheory]
    [InlineData("<stdin>")]
    [InlineData("(standard input)")]
    [InlineData("libfoo/a.c")]
    [InlineData("C:\\src\\a.c")]
    public async Task A_relative_name_that_is_no_file_stays(string name)
    {
        var project = WithStep("WorkDir='/src' Mounts='.:/src'", $"printf '%s:7:1: warning: it is old\n' '{name.Replace("<", "&lt;", StringComparison.Ordinal)}'");

        var build = await project.BuildAsync();

        Assert.Equal([name], build.Succeeded().Warnings.Select(warning => warning.File));
    }

    [EngineFact]
    public async Task A_relative_name_starts_at_the_folder_that_make_has_entered()
    {
        // One stream, whose order is sure.
        var project = WithStep(
            "WorkDir='/src' Mounts='.:/src'",
            """
            echo "make[1]: Entering directory '/src/app'"
            echo 'a.c:1:1: error: one'; echo './b.go:2:2: two'
            echo "make[1]: Leaving directory '/src/app'"
            echo 'a.c:3:3: error: three'; exit 2
            """);
        foreach (var name in new[] { "a.c", "app/a.c", "b.go", "app/b.go" })
        {
            project.Write(name, "");
        }

        var errors = (await project.BuildAsync()).Errors;

        Assert.Equal([(project["app/a.c"], 1), (project["a.c"], 3), (project["app/b.go"], 2)], errors.SkipLast(1).Select(error => (error.File, error.Line)));
    }

    [EngineFact]
    public async Task A_code_is_the_same_in_each_run_so_that_a_project_can_name_it()
    {
        var project = WithStep("", "echo 'a.c:7:1: warning: it is old [-Wold]'");

        var build = await project.BuildAsync("-p:MSBuildWarningsAsMessages=-Wold");

        build.SucceededWithoutWarnings();
        Assert.Contains("it is old [-Wold]", build.Texts);
    }

    [EngineFact]
    public async Task What_may_be_harmless_is_an_error_only_if_the_command_fails()
    {
        const string Print = "echo './main.go:8:2: undefined: x'; printf 'Traceback (most recent call last):\\n  File \"/src/a.py\", line 2, in f\\nValueError: it broke\\n' >&amp;2";
        var handled = WithStep("Mounts='.:/src' WorkDir='/src'", Print);
        var failed = WithStep("Mounts='.:/src' WorkDir='/src'", $"{Print}; exit 1");
        failed.Write("main.go", "");

        (await handled.BuildAsync()).SucceededWithoutWarnings();
        var errors = (await failed.BuildAsync()).Errors;

        Assert.Equal([failed["a.py"], failed["main.go"], failed.File], errors.Select(e => e.File).Order());
        Assert.Equal(new Problem("ValueError", failed["a.py"], 2, "it broke"), Assert.Single(errors, e => e.Line == 2));
        Assert.Equal("RRB3001", errors[^1].Code);
    }

    [EngineTheory]
    [InlineData("", "; exit 1", "RRB3001")]
    [InlineData("Timeout='2000'", "; sleep 60", "RRB3006")]
    [InlineData("", "; echo 'error: of Exec too'", "RRB3008")]
    [InlineData("PrepareCommand='echo main.c:3: error: first; exit 1'", "", "RRB3002")]
    public async Task An_error_that_only_we_know_counts_however_the_step_fails(string attributes, string then, string code)
    {
        var project = WithStep($"{attributes} Mounts='.:/src' WorkDir='/src'", $"echo 'main.c:3: error: first'{then}");
        project.Write("main.c", "");

        var errors = (await project.BuildAsync()).Errors;

        Assert.Equal(new Problem("", project["main.c"], 3, "first"), Assert.Single(errors, error => error.Line == 3) with { Code = "" });
        Assert.Equal(code, errors[^1].Code);
    }

    [EngineFact]
    public async Task A_probe_that_handles_its_compilers_errors_is_no_failure()
    {
        var project = WithStep("", "echo 'probe.c:1:10: fatal error: none.h: No such file or directory'; echo 'no none.h'");

        var build = (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal(["probe.c:1:10: fatal error: none.h: No such file or directory", "no none.h"], build.Output);
    }

    [EngineFact]
    public async Task A_users_own_format_is_recognised()
    {
        var project = TestProject.WithTarget(
            """
            <ItemGroup>
              <ToolError Include="lint" Value="^\[(?&lt;severity&gt;\w+)\] (?&lt;file&gt;.+) line (?&lt;line&gt;\d+): (?&lt;message&gt;.+) \((?&lt;code&gt;\w+)\)$" />
            </ItemGroup>
            <DockerExec Image="busybox:latest" WorkDir="/src" Mounts=".:/src" ErrorFormats="@(ToolError)"
                        Command="echo '[WARN] a.sh line 3: quote this (SC2086)'" />
            """);

        project.Write("a.sh", "");

        var build = (await project.BuildAsync()).Succeeded();

        Assert.Equal([new Problem("SC2086", project["a.sh"], 3, "quote this")], build.Warnings);
    }

    [EngineFact]
    public async Task A_format_that_takes_too_long_is_a_warning_and_the_build_goes_on()
    {
        var project = TestProject.WithTarget(
            """<DockerExec Image="busybox:latest" ErrorFormats="^(a+)+%24(?&lt;message&gt;)" Command="echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab" />""");

        var build = (await project.BuildAsync()).Succeeded();

        Assert.Equal("RRB3015", Assert.Single(build.Warnings).Code);
        Assert.EndsWith("b", Assert.Single(build.Output), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_line_of_the_script_at_which_the_shell_fails_is_a_line_of_the_project()
    {
        var project = WithStep("PrepareCommand='true'", "echo one\nno-such-program || true\necho two\nanother-one --now");

        var build = await project.BuildAsync();

        var text = "The command exited with code 127 in image 'busybox:latest' (line 5 of Command: another-one: not found).\n";
        var error = build.FailedWithOneError();
        Assert.Equal(new Problem("RRB3001", project.File, project.LineOf("another-one"), text), error with { Text = error.Text[..text.Length] });
    }

    [EngineFact]
    public async Task A_prepare_command_and_a_literal_one_are_at_their_attributes()
    {
        var project = TestProject.WithTarget(
            """
                <DockerExec Image="busybox:latest"
                            PrepareCommand="no-such-program"
                            Command="no-such-program; true" />
            """);

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(("RRB3002", project.File, project.LineOf("PrepareCommand")), (error.Code, error.File, error.Line));
        Assert.StartsWith("PrepareCommand ended the script with code 127 in image 'busybox:latest', so the command did not run (line 1 of PrepareCommand: no-such-program: not found).\n", error.Text, StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task A_command_of_several_lines_in_an_attribute_has_its_lines_too()
    {
        var project = TestProject.WithTarget(
            """
                <DockerExec Image="busybox:latest"
                            Command="echo one&#10;
                                     no-such-program --now&#10;" />
            """);

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(("RRB3001", project.File, project.LineOf("no-such-program")), (error.Code, error.File, error.Line));
    }

    [EngineFact]
    public async Task A_complaint_that_is_not_why_the_command_failed_moves_nothing()
    {
        var project = WithStep("", "no-such-program || true\nexit 3");

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.Equal(("RRB3001", project.LineOf("<DockerExec")), (error.Code, error.Line));
        Assert.StartsWith("The command exited with code 3 in image 'busybox:latest'.\nThe last lines of standard error:\n", error.Text, StringComparison.Ordinal);
    }

    private static TestProject WithStep(string attributes, string script) => new(
        $"""
        <Project>
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
          <PropertyGroup>
            <Script>
        {script}
            </Script>
          </PropertyGroup>
          <Target Name="Build">
            <DockerExec Image="busybox:latest" Command="$(Script)" {attributes} />
          </Target>
        </Project>
        """);
}
