namespace RestrictedRunner.PackageTests;

public class LogFileTests
{
    private const string Failing = """<DockerExec Image="busybox:latest" Command="echo one; exit 1" />""";

    [EngineFact]
    public async Task A_step_that_fails_names_a_file_with_all_of_its_output_without_colours()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="seq 30; printf '\033[31mred\033[0m\n\nlast' &gt;&amp;2; exit 1" />""");

        var build = await project.BuildAsync();

        Assert.EndsWith($"\nThe whole output is in {project.LogFile}.", build.FailedWithOneError().Text, StringComparison.Ordinal);
        var lines = await LinesAsync(Assert.Single(build.LogFiles));
        Assert.Equal(Enumerable.Range(1, 30).Select(i => $"{i}"), lines.Where(line => int.TryParse(line, out _)));
        Assert.Equal(["red", "", "last"], lines.Where(line => !int.TryParse(line, out _)));
    }

    [EngineFact]
    public async Task A_megabyte_of_output_is_whole_in_the_file()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="seq 150000; exit 1" StandardOutputImportance="low" />""");

        var build = await project.BuildAsync();

        Assert.Equal(Enumerable.Range(1, 150_000).Select(i => $"{i}"), await LinesAsync(Assert.Single(build.LogFiles)));
    }

    [EngineFact]
    public async Task A_step_that_succeeds_leaves_no_file()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Command="echo little" />
            <Message Text="$([System.IO.Directory]::Exists('$(MSBuildProjectDirectory)/obj'))" />
            <DockerExec Image="busybox:latest" Command="seq 150000" StandardOutputImportance="low" />
            <DockerExec Image="busybox:latest" Command="echo ignored; exit 1" IgnoreExitCode="true" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal(["False"], build.SucceededWithoutWarnings().Said);
        Assert.Empty(Logs(project));
    }

    [EngineFact]
    public async Task A_step_that_prints_nothing_leaves_no_file()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="echo; exit 1" />""");

        Assert.EndsWith(" It printed nothing.", (await project.BuildAsync()).FailedWithOneError().Text, StringComparison.Ordinal);

        Assert.Empty(Logs(project));
    }

    [EngineFact]
    public async Task Where_no_file_can_be_written_the_step_runs_and_its_error_says_why_there_is_none()
    {
        var project = TestProject.WithTarget(Failing);
        project.Write("obj", "a file where the folder would be");

        var error = (await project.BuildAsync()).FailedWithOneError();

        Assert.StartsWith(
            $"The command exited with code 1 in image 'busybox:latest'.\nThe last lines of standard output:\none\nThe whole output could not be written to {project.LogFile}: ",
            error.Text,
            StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task Output_of_any_size_does_not_fail_a_step_whose_file_cannot_be_written()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="seq 150000" StandardOutputImportance="low" />""");
        project.Write("obj", "");

        (await project.BuildAsync()).SucceededWithoutWarnings();
    }

    [EngineFact]
    public async Task Runs_of_one_step_at_the_same_time_have_files_of_their_own()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="echo $(Number); exit 1" />""");
        var all = new TestProject(
            $"""
            <Project>
              <ItemGroup>
                <Run Include="{project.File}" AdditionalProperties="Number=1" />
                <Run Include="{project.File}" AdditionalProperties="Number=2" />
                <Run Include="{project.File}" AdditionalProperties="Number=3" />
              </ItemGroup>
              <Target Name="Build">
                <MSBuild Projects="@(Run)" BuildInParallel="true" ContinueOnError="true" />
              </Target>
            </Project>
            """);

        var build = await all.BuildAsync("-m:3");

        Assert.Equal(3, build.LogFiles.Count);
        Assert.Equal(["1\n", "2\n", "3\n"], build.LogFiles.Select(File.ReadAllText).Order());
    }

    [EngineFact]
    public async Task A_new_run_removes_files_of_all_steps_that_are_older_than_an_hour_and_no_others()
    {
        var project = TestProject.WithTarget(Failing);
        var line = project.LineOf("<DockerExec");
        string[] old =
        [
            project.Write($"obj/docker-exec/step.proj-{line}-aaaaaaaa.docker-exec.log", ""),
            project.Write($"obj/docker-exec/step.proj-{line + 1}-cccccccc.docker-exec.log", ""),
            project.Write("obj/docker-exec/gone.targets-7-dddddddd.docker-exec.log", ""),
        ];
        string[] others =
        [
            project.Write($"obj/docker-exec/step.proj-{line}-bbbbbbbb.docker-exec.log", ""),
            project.Write($"obj/docker-exec/step.proj-{line}-notes.log", ""),
            project.Write("obj/docker-exec/my-own-notebook.log", ""),
            project.Write($"obj/docker-exec/step.proj-{line}-eeeeeeee.log", ""),
            project.Write($"obj/docker-exec/step.proj-{line}-aaaaaaaa.txt", ""),
        ];
        foreach (var file in others.Skip(1).Concat(old))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-61));
        }

        var build = await project.BuildAsync();

        Assert.Equal(others.Append(Assert.Single(build.LogFiles)).Order(), Logs(project).Order());
    }

    [EngineFact]
    public async Task They_are_where_the_project_has_its_intermediate_files_and_clean_finds_them_there()
    {
        var project = TestProject.Library(
            """
              <ItemGroup>
                <DockerExecStep Include="Step" Image="busybox:latest" Command="echo step; exit 1" />
              </ItemGroup>
              <Target Name="Task"><DockerExec Image="busybox:latest" Command="echo task; exit 1" /></Target>
            """);
        project.Write("Directory.Build.props", "<Project><PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup></Project>");
        var folder = project["artifacts/obj/Library/docker-exec"];

        var build = await project.BuildAsync("-restore", "-t:RunDockerExecSteps");
        var task = await project.BuildAsync("-t:Task", "-mt");

        Assert.Equal([folder, folder], build.LogFiles.Concat(task.LogFiles).Select(Path.GetDirectoryName));
        Assert.Equal(["step\n", "task\n"], build.LogFiles.Concat(task.LogFiles).Select(File.ReadAllText));
        Assert.False(Directory.Exists(project["obj"]));
        (await project.BuildAsync("-t:Clean")).SucceededWithoutWarnings();
        Assert.False(Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any());
    }

    [EngineFact]
    public async Task The_folder_may_have_any_name_and_that_of_a_steps_state_is_its_own()
    {
        var project = new TestProject(
            """
            <Project>
              <PropertyGroup>
                <BaseIntermediateOutputPath>out%3B%20%25\o&amp;b\</BaseIntermediateOutputPath>
                <DockerExecStateFolder>state</DockerExecStateFolder>
              </PropertyGroup>
              <ItemGroup>
                <DockerExecStep Include="Step" Image="busybox:latest" Command="echo step; exit 1" />
              </ItemGroup>
              <Target Name="Build"><DockerExec Image="busybox:latest" Command="echo task; exit 1" /></Target>
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);

        Assert.Equal([project["state"]], (await project.BuildAsync()).LogFiles.Select(Path.GetDirectoryName));
        Assert.Equal([project["out; %/o&b/docker-exec"]], (await project.BuildAsync("-p:DockerExecEnabled=false")).LogFiles.Select(Path.GetDirectoryName));
        Assert.False(Directory.Exists(project["obj"]));
    }

    [Fact]
    public async Task Clean_removes_them_and_no_others()
    {
        var project = TestProject.Library("");
        project.Write("obj/docker-exec/Library.csproj-7-aaaaaaaa.docker-exec.log", "");
        project.Write("obj/docker-exec/Library.csproj-8-bbbbbbbb.docker-exec.log", "");
        string[] others = [project.Write("obj/docker-exec/notes.log", ""), project.Write("obj/docker-exec/my-notes123.log", "")];

        (await project.BuildAsync("-t:Restore")).SucceededWithoutWarnings();
        (await project.BuildAsync("-t:Clean", "--no-restore")).SucceededWithoutWarnings();

        Assert.Equal(others.Order(), Logs(project).Order());
    }

    [EngineFact]
    public async Task LogFile_puts_it_elsewhere_and_every_run_replaces_it()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Command="echo $(Says); exit $(Code)" LogFile="logs/step.log" />""");

        var build = await project.BuildAsync("-p:Says=first", "-p:Code=1");
        Assert.Equal(project["logs/step.log"], Assert.Single(build.LogFiles));
        Assert.Equal(["first"], await LinesAsync(project["logs/step.log"]));

        await project.BuildAsync("-p:Says=2", "-p:Code=1");
        Assert.Equal(["2"], await LinesAsync(project["logs/step.log"]));

        (await project.BuildAsync("-p:Says=fine", "-p:Code=0")).SucceededWithoutWarnings();
        Assert.False(File.Exists(project["logs/step.log"]));
        Assert.False(Directory.Exists(project["obj"]));
    }

    private static string[] Logs(TestProject project) =>
        Directory.Exists(project["obj/docker-exec"]) ? Directory.GetFiles(project["obj/docker-exec"]) : [];

    private static Task<string[]> LinesAsync(string file) => File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
}
