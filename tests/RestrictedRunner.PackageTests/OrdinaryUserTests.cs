namespace RestrictedRunner.PackageTests;

public class OrdinaryUserTests
{
    private const string Writes = """Image="busybox:latest" Mounts=".:/out" AllowNetworking="false" """;

    [OrdinaryUserFact]
    public async Task What_the_current_user_writes_belongs_to_it()
    {
        await using var user = await OrdinaryUser.MemberAsync();

        var build = await user.BuildAsync($"""<DockerExec {Writes} User="current" Command="mkdir /out/folder &amp;&amp; id -u &gt; /out/folder/file" />""");

        build.SucceededWithoutWarnings();
        var id = await user.IdAsync();
        Assert.NotEqual("0", id);
        Assert.Equal(id, await user.OutputAsync("cat", "folder/file"));
        Assert.Equal($"{id} {id}", (await user.OutputAsync("stat", "-c", "%u", "folder", "folder/file")).Replace('\n', ' '));
    }

    [OrdinaryUserFact]
    public async Task The_current_user_has_a_home_that_it_can_write_to()
    {
        await using var user = await OrdinaryUser.MemberAsync();

        var build = await user.BuildAsync("""<DockerExec Image="busybox:latest" User="current" AllowNetworking="false" Command="cd ~ &amp;&amp; touch x &amp;&amp; echo $PWD" />""");

        Assert.Equal(["/tmp"], build.SucceededWithoutWarnings().Output);
    }

    [OrdinaryUserFact]
    public async Task A_home_that_the_step_sets_wins()
    {
        await using var user = await OrdinaryUser.MemberAsync();
        await user.OutputAsync("sh", "-c", "echo HOME=/file >variables");

        var build = await user.BuildAsync(
            """
            <DockerExec Image="busybox:latest" User="current" AllowNetworking="false" EnvironmentVariables="HOME=/variable" Command="echo $HOME" />
            <DockerExec Image="busybox:latest" User="current" AllowNetworking="false" DockerRunOpts="--env HOME=/option" Command="echo $HOME" />
            <DockerExec Image="busybox:latest" User="current" AllowNetworking="false" DockerRunOpts="--env-file variables" Command="echo $HOME" />
            """);

        Assert.Equal(["/variable", "/option", "/file"], build.SucceededWithoutWarnings().Output);
    }

    [OrdinaryUserFact]
    public async Task RRB3012_when_a_step_writes_files_of_roots()
    {
        await using var user = await OrdinaryUser.MemberAsync();

        var build = (await user.BuildAsync($"""<DockerExec {Writes} Command="touch /out/one /out/two" />""")).Succeeded();

        var warning = Assert.Single(build.Warnings);
        Assert.Equal(("RRB3012", user.Project, 4), (warning.Code, warning.File, warning.Line));
        Assert.Matches("^'/tmp/rr-user-[^/]*/(one|two)' was written while the step ran, and belongs to user 0 and not to you, .* Set User=\"current\" so that the files belong to you. First remove the files that are there already; if you may not, remove them with a step that runs without User \\(rm -r\\)\\.$", warning.Text);
    }

    [OrdinaryUserFact]
    public async Task RRB3012_can_be_silenced_and_is_not_said_of_files_that_were_there_before()
    {
        await using var user = await OrdinaryUser.MemberAsync();

        (await user.BuildAsync($"""<DockerExec {Writes} Command="touch /out/one" />""", "-p:MSBuildWarningsAsMessages=RRB3012")).SucceededWithoutWarnings();
        (await user.BuildAsync($"""<DockerExec {Writes} Command="ls /out &gt; /dev/null" />""")).SucceededWithoutWarnings();
    }

    [OrdinaryUserFact]
    public async Task RRB2003_for_a_user_who_may_not_use_docker()
    {
        await using var user = await OrdinaryUser.StrangerAsync();

        var build = await user.BuildAsync("""<DockerExec Image="busybox:latest" User="current" Command="true" />""");

        var error = build.FailedWithOneError();
        Assert.Equal(("RRB2003", user.Project, 4), (error.Code, error.File, error.Line));
        Assert.StartsWith("The engine runs, but this user may not use it. Add the user to the group docker and log in again, or use rootless Docker or Podman.", error.Text, StringComparison.Ordinal);
    }

    [OrdinaryUserFact]
    public async Task A_build_leaves_the_steps_of_another_users_build_alone()
    {
        await using var user = await OrdinaryUser.MemberAsync();
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Mounts=".:/project:ro" Command="echo started; until [ -e /project/go ]; do sleep 0.1; done" Timeout="60000" />""");
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var build = project.BuildAsync(new BuildSetting { OnLine = line => _ = line.Trim() == "started" && started.TrySetResult() });
        await Task.WhenAny(started.Task, build);

        (await user.BuildAsync("""<DockerExec Image="busybox:latest" Command="sleep 1" />""")).SucceededWithoutWarnings();
        project.Write("go", "");

        (await build).SucceededWithoutWarnings();
    }
}
