using System.IO.Compression;

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
    public async Task A_value_is_in_no_log_of_any_kind()
    {
        var project = TestProject.WithTarget(
            """<DockerExec Image="busybox:latest" EnvironmentVariables="TOKEN=$([System.Environment]::GetEnvironmentVariable('A_SECRET'));OTHER=2" Command="echo ${#TOKEN}" />""");

        var build = await project.BuildAsync(new BuildSetting { Arguments = ["-v:diag"], Environment = new Dictionary<string, string?> { ["A_SECRET"] = "told to nobody" } });

        Assert.Equal(["14"], build.SucceededWithoutWarnings().Output);
        Assert.Contains("Task Parameter:Image=busybox:latest", build.Console, StringComparison.Ordinal);
        Assert.DoesNotContain("told to nobody", build.Console, StringComparison.Ordinal);
        foreach (var log in Directory.GetFiles(project.Folder, "*.binlog"))
        {
            await using var file = new GZipStream(File.OpenRead(log), CompressionMode.Decompress);
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes, TestContext.Current.CancellationToken);
            Assert.True(bytes.GetBuffer().AsSpan().IndexOf("busybox:latest"u8) >= 0);
            Assert.Equal(-1, bytes.GetBuffer().AsSpan().IndexOf("told to nobody"u8));
        }
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
