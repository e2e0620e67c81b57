namespace RestrictedRunner.PackageTests;

public class ConsoleOutputTests
{
    [EngineFact]
    public async Task Lines_come_back_as_items_with_their_stream_whatever_characters_they_hold()
    {
        string[] lines = ["a;b", "100%", "%41 stays", "  leading blanks", "back\\slash", "*.c", "@(Item) $(Property)", "it's \"quoted\"", "naïve 🚢", "a;b"];
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Command="cat /project/lines; echo 'of;error' >&amp;2" Mounts=".:/project:ro" ConsoleToMSBuild="true">
              <Output TaskParameter="ConsoleOutput" ItemName="Line" />
            </DockerExec>
            <ItemGroup>
              <Out Include="@(Line)" Condition="'%(Stream)' == 'stdout'" />
              <Err Include="@(Line)" Condition="'%(Stream)' == 'stderr'" />
            </ItemGroup>
            <WriteLinesToFile File="out" Lines="@(Out)" />
            <WriteLinesToFile File="err" Lines="@(Err)" />
            """);
        await File.WriteAllTextAsync(project["lines"], string.Join('\n', lines) + "\n\n   \n", TestContext.Current.CancellationToken);

        var build = await project.BuildAsync();

        build.SucceededWithoutWarnings();
        Assert.Equal(lines, await File.ReadAllLinesAsync(project["out"], TestContext.Current.CancellationToken));
        Assert.Equal(["of;error"], await File.ReadAllLinesAsync(project["err"], TestContext.Current.CancellationToken));
        // Collected lines are logged all the same.
        Assert.Subset(build.Output.ToHashSet(), lines.ToHashSet());
    }

    [EngineFact]
    public async Task As_a_property_the_lines_are_joined_by_semicolons()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Command="echo 1.2.3; echo 'trailing blanks  '" ConsoleToMSBuild="true">
              <Output TaskParameter="ConsoleOutput" PropertyName="Text" />
            </DockerExec>
            <Message Text="[$(Text)]" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal(["[1.2.3;trailing blanks]"], build.SucceededWithoutWarnings().Said);
    }

    [EngineFact]
    public async Task Lines_of_a_command_that_fails_are_collected_too()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Command="echo before; exit 1" ConsoleToMSBuild="true" ContinueOnError="true">
              <Output TaskParameter="ConsoleOutput" ItemName="Line" />
            </DockerExec>
            <Message Text="[@(Line)]" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal(["[before]"], build.Succeeded().Said);
    }

    [EngineFact]
    public async Task Nothing_is_collected_when_it_was_not_asked_for()
    {
        var project = TestProject.WithTarget(
            """
            <DockerExec Image="busybox:latest" Command="echo line">
              <Output TaskParameter="ConsoleOutput" ItemName="Line" />
            </DockerExec>
            <Message Text="[@(Line)]" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal(["[]"], build.SucceededWithoutWarnings().Said);
    }
}
