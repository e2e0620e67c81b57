using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Which of the remembered steps the project declares in no build any more.</summary>
public sealed class GoneStepsTests : IDisposable
{
    private const string OfThisBuild = "Debug|AnyCPU||";

    private readonly string _root = Directory.CreateTempSubdirectory("test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("""<DockerExecStep Include="Other" Outputs="gen/*" />""", true)]
    [InlineData("""<DockerExecStep Include="Step" Outputs="gen/*" Condition="false" />""", false)]
    [InlineData("""<DockerExecStep Include="Other; step " Outputs=" gen/* " Condition="false" />""", false)]
    [InlineData("""<DockerExecStep Include="Step"><Outputs>gen/*</Outputs></DockerExecStep>""", false)]
    [InlineData("""<DockerExecStep Include="Step" />""", false)]
    [InlineData("""<DockerExecStep Include="Step" Outputs="$(Where)/*" />""", false)]
    [InlineData("""<DockerExecStep Include="Step" Outputs="gen/%(Filename)" />""", false)]
    [InlineData("""<DockerExecStep Include="Step" Outputs="gen/a" />""", true)]
    [InlineData("""<DockerExecStep Include="Step" Outputs="gen/*;b" />""", true)]
    [InlineData("""<DockerExecStep Include="$(Name)" Outputs="gen/*" />""", false)]
    [InlineData("""<DockerExecStep Include="$(Name)" Outputs="gen/a" />""", true)]
    [InlineData("""<DockerExecStep Include="@(Names)" Outputs="gen/%(Filename)" />""", false)]
    public void It_is_told_by_the_text_of_the_project(string items, bool isGone) => Assert.Equal(isGone, IsGone(items));

    [Theory]
    [InlineData("a.proj", OfThisBuild, """<DockerExecStep Include="@(Names)" Outputs="gen/%(Filename)" />""", true)]
    [InlineData("a.proj", OfThisBuild, """<DockerExecStep Include="names/*" Outputs="gen/%(Filename)" Condition="'$(A)' == ''" />""", true)]
    [InlineData("a.proj", "Debug|AnyCPU||net10.0", """<DockerExecStep Include="@(Names)" Outputs="gen/%(Filename)" />""", false)]
    [InlineData("other.proj", OfThisBuild, """<DockerExecStep Include="@(Names)" Outputs="gen/%(Filename)" />""", false)]
    [InlineData("a.proj", OfThisBuild, """<DockerExecStep Include="@(Names)" Outputs="$(Where)/%(Filename)" />""", false)]
    [InlineData("a.proj", OfThisBuild, """<DockerExecStep Include="@(Names)" /><DockerExecStep Include="@(Others)" />""", false)]
    [InlineData("a.proj", OfThisBuild, """<DockerExecStep Include="@(Names)" Outputs="gen/%(Filename)" /><DockerExecStep Include="Today" Outputs="today" />""", false)]
    public void Of_one_step_for_each_item_it_is_told_by_the_others_that_are_there(string declaredIn, string evaluated, string items, bool isGone) =>
        Assert.Equal(isGone, IsGone(items, evaluated, new DeclaredStep("Today", new(Path.Combine(_root, declaredIn), static () => 0)) { Outputs = DeclaredOutputs.Of(Here.Paths, _root, ["gen/today"]) }));

    [Fact]
    public void What_is_declared_today_is_not() =>
        Assert.False(IsGone("", OfThisBuild, new DeclaredStep("Step", new("", static () => 0)) { Outputs = DeclaredOutputs.Of(Here.Paths, _root, ["gen/*"]) }));

    private bool IsGone(string items, string evaluated = OfThisBuild, params DeclaredStep[] today)
    {
        var state = new StateFolder(Path.Combine(_root, "state"), Path.Combine(_root, "a.proj"));
        File.WriteAllText(state.Project, $"<Project><ItemGroup>{items}</ItemGroup></Project>");
        var step = new DeclaredStep("Step", new(state.Project, static () => 0)) { Outputs = DeclaredOutputs.Of(Here.Paths, _root, ["gen/*"]) };
        var writer = new StepWriter(step.Name, state.Project, state.Project) { Outputs = step.Outputs.Texts, Evaluated = evaluated };
        StateFile.Save(state.Of(step).State, new() { Written = new(new Dictionary<string, string> { ["gen/a"] = "x" }), Writer = writer });
        return GoneSteps.In(today, state, new("Debug|AnyCPU|", "")).Count > 0;
    }
}
