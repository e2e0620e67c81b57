namespace RestrictedRunner.PackageTests;

public class EnvironmentVariablesTests
{
    [EngineFact]
    public async Task Variables_may_be_written_in_one_attribute()
    {
        var project = TestProject.WithTarget(
            """<DockerExec Image="busybox:latest" EnvironmentVariables="GREETING=hello there;SUM=1+1=2;LIST=a%3Bb;EMPTY=" Command="echo &quot;[$GREETING] [$SUM] [$LIST] [${EMPTY-unset}]&quot;" />""");

        var build = await project.BuildAsync();

        Assert.Equal(["[hello there] [1+1=2] [a;b] []"], build.SucceededWithoutWarnings().Output);
    }

    [EngineFact]
    public async Task Variables_may_be_items_whose_value_is_taken_as_it_is()
    {
        var project = TestProject.WithTarget(
            """
            <ItemGroup>
              <Variable Include="WINDOWS_PATH" Value="C:\a\b;D:\c d" />
              <Variable Include="QUOTES" Value="it's &quot;quoted&quot; $HOME `id`" />
              <Variable Include="LINES"><Value>one
            two</Value></Variable>
              <Variable Include="PATH_LIKE" Value="  %25PATH%25 naïve 🚢 " />
            </ItemGroup>
            <DockerExec Image="busybox:latest" EnvironmentVariables="@(Variable)"
                        Command="for name in WINDOWS_PATH QUOTES LINES PATH_LIKE; do eval &quot;printf '[%s]\n' \&quot;\$$name\&quot;&quot;; done" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal([@"[C:\a\b;D:\c d]", "[it's \"quoted\" $HOME `id`]", "[one", "two]", "[  %PATH% naïve 🚢 ]"], build.SucceededWithoutWarnings().Output);
    }

    [EngineFact]
    public async Task A_variable_of_the_docker_client_itself_reaches_the_container_and_not_the_client()
    {
        var project = TestProject.WithTarget(
            """<DockerExec Image="busybox:latest" EnvironmentVariables="DOCKER_HOST=tcp://nowhere:1" Command="echo $DOCKER_HOST" />""");

        var build = await project.BuildAsync();

        Assert.Equal(["tcp://nowhere:1"], build.SucceededWithoutWarnings().Output);
    }
}
