using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class StepLinesTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("First", 3)]
    [InlineData("FIRST", 3)]
    [InlineData("b", 5)]
    [InlineData("twice", 0)]
    [InlineData("other", 0)]
    [InlineData("absent", 0)]
    public void A_step_is_on_the_line_of_the_one_item_that_names_it(string name, int line)
    {
        File.WriteAllText(
            _file,
            """
            <Project>
              <ItemGroup>
                <DockerExecStep Include="First" />
                <None Include="other" />
                <DockerExecStep
                  Include="a; b ;b" />
                <DockerExecStep Include="twice" /><DockerExecStep Include="twice" />
                <DockerExecStep Remove="First" />
              </ItemGroup>
            </Project>
            """);

        Assert.Equal(line, new StepLines().Of(_file, name));
    }

    [Theory]
    [InlineData("""<DockerExecStep Include="@(Template)" />""", 5)]
    [InlineData("""<DockerExecStep Include="$(Steps);c" />""", 5)]
    [InlineData("""<DockerExecStep Include="templates/*.txt" />""", 5)]
    [InlineData("""<DockerExecStep Include="@(Template)" /><DockerExecStep Include="$(Steps)" />""", 0)]
    [InlineData("", 0)]
    public void A_step_that_no_item_names_is_on_the_line_of_the_one_whose_names_are_computed(string item, int line)
    {
        File.WriteAllText(
            _file,
            $"""
            <Project>
              <ItemDefinitionGroup><DockerExecStep /></ItemDefinitionGroup>
              <ItemGroup>
                <DockerExecStep Include="a" /><DockerExecStep Update="@(a)" />
                {item}
              </ItemGroup>
            </Project>
            """);

        Assert.Equal(line, new StepLines().Of(_file, "templates/a.txt"));
        Assert.Equal(4, new StepLines().Of(_file, "a"));
    }

    [Fact]
    public void A_project_that_cannot_be_read_tells_no_line()
    {
        File.WriteAllText(_file, "<Project>");

        Assert.Equal(0, new StepLines().Of(_file, "S"));
        Assert.Equal(0, new StepLines().Of("/nowhere/x.csproj", "S"));
        Assert.Equal(0, new StepLines().Of("", "S"));
    }
}
