namespace RestrictedRunner.PackageTests;

/// <summary>Inputs that stand for no file, and those that no glob is meant to take in.</summary>
public class EmptyInputsTests
{
    [EngineFact]
    public async Task RRB1023_in_every_build_unless_it_is_allowed()
    {
        var project = Project(
            """
            <DockerExecStep Include="Mistyped" Image="busybox:latest" Command="echo x &gt; out.txt" Outputs="out.txt" Inputs="proto/*.proto;!proto/old;empty/" />
            <DockerExecStep Include="Allowed" Image="busybox:latest" Command="true" Inputs="proto/*.proto;empty/" AllowEmptyInputs="true" />
            <DockerExecStep Include="Right" Image="busybox:latest" Command="true" Inputs="protos/*.proto;!nothing/**" />
            """);
        project.Write("protos/a.proto", "");
        Directory.CreateDirectory(project["empty"]);
        Problem[] warnings =
        [
            project.ErrorAtStep("RRB1023", "Step 'Mistyped': the input 'proto/*.proto' stands for no file. There is no folder 'proto'; is 'protos' meant? Correct it, or set AllowEmptyInputs=\"true\" where there may be none."),
            project.ErrorAtStep("RRB1023", "Step 'Mistyped': the input 'empty/' stands for no file. 'empty' is empty. Correct it, or set AllowEmptyInputs=\"true\" where there may be none."),
        ];

        Assert.Equal(warnings, (await project.BuildAsync()).Succeeded().Warnings);
        var again = await project.BuildAsync();

        Assert.Equal(0, again.Succeeded().Runs);
        Assert.Equal(warnings, again.Warnings);

        // As an error it is known before a container starts, and stays one.
        File.Delete(project["out.txt"]);
        for (var i = 0; i < 2; i++)
        {
            var strict = await project.BuildAsync("-warnaserror");
            Assert.Equal(warnings, strict.Errors.Where(error => error.Code == "RRB1023"));
            Assert.Equal(0, strict.Runs);
        }
    }

    [Fact]
    public async Task RRB1003_for_a_value_that_is_neither_true_nor_false()
    {
        var project = Project("""<DockerExecStep Include="Step" Image="busybox:latest" Command="true" AllowEmptyInputs="yes" />""");

        Assert.Equal(project.ErrorAtStep("RRB1003", "Step 'Step': AllowEmptyInputs 'yes': it is true or false."), (await project.BuildAsync()).FailedWithOneError());
    }

    [EngineFact]
    public async Task A_commit_is_no_change_of_what_a_glob_takes_in()
    {
        var project = Project(
            """
            <DockerExecStep Include="All" Image="busybox:latest" Command="find . -type f | sort" Hermetic="true" Inputs="**;!*.binlog" />
            <DockerExecStep Include="Own" Image="busybox:latest" Command="true" Inputs=".;!*.binlog" />
            """);
        foreach (var file in new[] { "a.txt", ".editorconfig", ".git/HEAD", "src/.vs/state", "src/b.txt" })
        {
            project.Write(file, "1");
        }

        var first = await project.BuildAsync();
        project.Write(".git/HEAD", "2");
        project.Write("src/.vs/state", "2");
        var second = await project.BuildAsync();
        project.Write(".editorconfig", "2");
        var third = await project.BuildAsync();

        Assert.Equal(["./.editorconfig", "./a.txt", "./src/b.txt", "./step.proj"], first.SucceededWithoutWarnings().Output.Where(line => line.StartsWith("./", StringComparison.Ordinal)));
        Assert.Equal(0, second.SucceededWithoutWarnings().Runs);
        Assert.Equal(2, third.SucceededWithoutWarnings().Runs);
    }

    private static TestProject Project(string steps) => new(
        $"""
        <Project>
          <ItemGroup>
            {steps}
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);
}
