namespace RestrictedRunner.PackageTests;

public class ArgumentsTests
{
    [EngineFact]
    public async Task Each_item_is_one_argument_and_no_shell_reads_it()
    {
        var project = TestProject.WithTarget(
            """
            <ItemGroup>
              <Argument Include="printf" />
              <Argument Include="format" Value="[%25s]\n" />
              <Argument Include="$HOME; echo `id` > /dev/null" />
              <Argument Include="blanks" Value="  two  words " />
              <Argument Include="list" Value="a;b" />
              <Argument Include="empty" Value="" />
              <Argument Include="same" />
              <Argument Include="same" />
            </ItemGroup>
            <DockerExec Image="busybox:latest" Arguments="@(Argument)" />
            """.Replace("$HOME; echo", "$HOME %26%26 echo", StringComparison.Ordinal));

        var build = await project.BuildAsync();

        Assert.Equal(["[$HOME && echo `id` > /dev/null]", "[  two  words ]", "[a;b]", "[]", "[same]", "[same]"], build.SucceededWithoutWarnings().Output);
    }

    [EngineFact]
    public async Task A_backslash_survives_in_the_metadata_Value()
    {
        var project = TestProject.WithTarget(
            """
            <ItemGroup>
              <Argument Include="echo;-n" />
              <Argument Include="path" Value="C:\dir\file" />
            </ItemGroup>
            <DockerExec Image="busybox:latest" Arguments="@(Argument)" />
            """);

        var build = await project.BuildAsync();

        Assert.Equal([@"C:\dir\file"], build.SucceededWithoutWarnings().Output);
    }

    [EngineFact]
    public async Task Arguments_may_be_written_in_one_attribute()
    {
        var project = TestProject.WithTarget("""<DockerExec Image="busybox:latest" Arguments="echo;two words;3" />""");

        var build = await project.BuildAsync();

        Assert.Equal(["two words 3"], build.SucceededWithoutWarnings().Output);
    }
}
