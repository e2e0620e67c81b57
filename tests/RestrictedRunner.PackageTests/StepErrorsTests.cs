namespace RestrictedRunner.PackageTests;

/// <summary>What the errors of declared steps say, and what they leave to others.</summary>
public class StepErrorsTests
{
    [EngineFact]
    public async Task Of_an_item_for_each_file_every_error_names_its_step()
    {
        var project = Project(
            """
            <File Include="exit" Command="exit 3" />
            <File Include="none" Command="no-such-program" />
            <File Include="input" Command="true" Inputs="absent.txt" />
            <File Include="memory" Command="true" Memory="much" />
            <File Include="image" Command="true" Image="busybox:1.0-absent" Pull="never" />
            <DockerExecStep Include="@(File)" />
            """);

        var build = await project.BuildAsync("-p:DockerExecImage=busybox:latest");

        Assert.Equal(
            [
                "RRB1003 Step 'memory': Memory 'much': a size is a number with b, k, m or g, such as 512m.",
                "RRB1021 Step 'input': the input 'absent.txt' is not there. Create it before the steps run, correct the path, or name the step that makes it in DependsOn.",
                "RRB2004 Step 'image': the engine does not have image 'busybox:1.0-absent', and Pull=\"never\" did not bring it. Pull or build it first, or set Pull=\"missing\". The engine has 'busybox:latest': is that meant?",
                "RRB3001 Step 'exit': the command exited with code 3 in image 'busybox:latest'. It printed nothing.",
                "RRB3003 Step 'none': Image 'busybox:latest' has no program 'no-such-program'. Check the command's first word, Shell and Entrypoint, and that the image has that program.",
            ],
            build.Errors.Select(error => $"{error.Code} {error.Text.Split('\n')[0]}").Order(StringComparer.Ordinal));
        Assert.All(build.Errors, error => Assert.Equal(project.LineOf("@(File)"), error.Line));
    }

    [EngineFact]
    public async Task A_slip_in_C_makes_three_lines_at_most()
    {
        var project = Project(
            """
            <DockerExecStep Include="Slip" Hermetic="true" Inputs="slip.c" Command="gcc -Wall -c slip.c -o slip.o" Outputs="slip.o" />
            <DockerExecStep Include="Make" Hermetic="true" Inputs="undeclared.c;Makefile" Command="make -j2" Outputs="undeclared.o" />
            <DockerExecStep Include="Include" Hermetic="true" Inputs="include.c" Command="gcc -c include.c -o include.o" Outputs="include.o" />
            <DockerExecStep Include="Link" Inputs="link.c" Command="gcc link.c -o link" Outputs="link" />
            """);
        project.Write("slip.c", "int main(void)\n{\n    retrun 0;\n}\n");
        project.Write("undeclared.c", "int main(void)\n{\n    return count;\n}\n");
        project.Write("include.c", "#include \"none.h\"\n");
        project.Write("link.c", "int elsewhere(void);\nint main(void) { return elsewhere(); }\n");
        project.Write("Makefile", "all: undeclared.o\n%.o: %.c\n\tgcc -c $< -o $@\n");

        var build = await project.BuildAsync("-p:DockerExecImage=gcc:12");

        Assert.Equal(4, build.Errors.Count(error => error.Code == "RRB3001"));
        Assert.All(build.Errors, error => Assert.DoesNotContain('\n', error.Text));
        Assert.Equal(2 + 1 + 1 + 2, build.Errors.Count(error => error.Code != "RRB3001"));
        Assert.All(
            [("Slip", 1), ("Make", 2), ("Link", 1), ("Include", 1)],
            step => Assert.StartsWith($"Step '{step.Item1}': the command exited with code {step.Item2} in image 'gcc:12'. The whole output is in ", Text(build, step.Item1), StringComparison.Ordinal));
    }

    [EngineFact]
    public async Task A_header_that_a_hermetic_step_did_not_declare_is_named_where_the_project_has_it()
    {
        var project = Project(
            """
            <DockerExecStep Include="Beside" Hermetic="true" Inputs="native/calc.c" Command="gcc -c native/calc.c -o calc.o" Outputs="calc.o" />
            <DockerExecStep Include="Nowhere" Hermetic="true" Inputs="other.c" Command="gcc -c other.c -o other.o" Outputs="other.o" />
            <DockerExecStep Include="Program" Hermetic="true" Command="./tools/gen.sh" Outputs="gen.txt" />
            """);
        project.Write("native/calc.c", "#include \"calc.h\"\n");
        project.Write("native/calc.h", "");
        project.Write("other.c", "#include \"calc.h\"\n");
        project.Write("tools/gen.sh", "#!/bin/sh\n");

        var build = await project.BuildAsync("-p:DockerExecImage=gcc:12");

        Assert.StartsWith("Step 'Beside': the command exited with code 1 in image 'gcc:12'. The step is hermetic and sees only its Inputs: add 'native/calc.h' to them. The whole output is in ", Text(build, "Beside"), StringComparison.Ordinal);
        Assert.StartsWith("Step 'Nowhere': the command exited with code 1 in image 'gcc:12'. The whole output is in ", Text(build, "Nowhere"), StringComparison.Ordinal);
        Assert.StartsWith("Step 'Program': Image 'gcc:12' has no program './tools/gen.sh'. The step is hermetic and sees only its Inputs: add 'tools/gen.sh' to them.\n", Text(build, "Program"), StringComparison.Ordinal);
    }

    [EngineFact]
    public async Task RRB3016_says_what_was_written_instead()
    {
        var project = Project(
            """
            <DockerExecStep Include="Case" Command="echo x &gt; names.txt; mkdir -p gen; echo x &gt; gen/a.cs; touch -d 200001010000 gen/Parser.cs; echo x &gt; .hidden" Outputs="parser.cs;names.txt" />
            <DockerExecStep Include="Hermetic" Hermetic="true" Inputs="step.proj" Command="echo x &gt; h.cs" Outputs="h.txt" />
            """);
        project.Write("old/own.txt", "");

        var build = await project.BuildAsync("-p:DockerExecImage=busybox:latest", "-p:DockerExecMaxParallel=1");

        Assert.Equal(
            [
                "Step 'Case' succeeded but did not write its output 'parser.cs'. While it ran, 'gen/Parser.cs' and 'gen/a.cs' were written instead. Correct Outputs, or the command: it starts in the project's folder, which is /project in the container.",
                "Step 'Hermetic' succeeded but did not write its output 'h.txt'. While it ran, 'h.cs' was written instead. Correct Outputs, or the command: it starts in the project's folder, which is /project in the container.",
            ],
            build.Errors.Select(error => error.Text));
    }

    private static string Text(Build build, string step) => build.Errors.Single(error => error.Text.StartsWith($"Step '{step}'", StringComparison.Ordinal)).Text;

    private static TestProject Project(string items) => new(
        $"""
        <Project>
          <PropertyGroup><DockerExecCache>off</DockerExecCache></PropertyGroup>
          <ItemGroup>
            {items}
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """);
}
