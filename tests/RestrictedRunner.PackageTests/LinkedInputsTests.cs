namespace RestrictedRunner.PackageTests;

/// <summary>Symbolic links among the inputs of steps, as npm, pnpm and shared libraries have them.</summary>
public class LinkedInputsTests
{
    // Tools that look beside their real path, and what a linker or packer makes of links.
    private const string Look =
        """
        sh node_modules/.bin/tsc;
        cat "%24(readlink -f node_modules/x)/../y/name.txt";
        readlink lib/libz.so; readlink lib/libz.so.1; [ ! -L lib/config.txt ] &amp;&amp; cat lib/config.txt;
        readlink sub/absolute.txt || echo host; cat sub/absolute.txt
        """;

    private static readonly string[] Seen = ["tsc 5.0", "y", "libz.so.1", "libz.so.1.2", "shared", "../lib/libz.so.1.2", "z"];

    [EngineFact]
    public async Task A_link_to_an_input_is_a_link_in_the_stage_and_in_the_key()
    {
        var project = Project();
        var build = await project.BuildAsync();

        Assert.Equal(Seen, Printed(build.SucceededWithoutWarnings(), "Hermetic"));

        // Another checkout of the same is restored, whether or not its absolute link has another text.
        var checkout = Project(uniqueOf: project);
        Assert.Equal(["Hermetic: from the cache", "Ordinary: from the cache"], FromCache((await checkout.BuildAsync()).SucceededWithoutWarnings()));

        // A link that leads to a file with the same content is another link.
        File.Copy(project["lib/libz.so.1.2"], project["lib/libz.so.1.3"]);
        await project.BuildAsync();
        Relink(project["lib/libz.so.1"], "libz.so.1.3");
        Assert.Equal(2, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
    }

    [Fact]
    public async Task RRB1026_for_a_link_that_leads_nowhere()
    {
        var project = new TestProject(
            """
            <Project>
              <ItemGroup>
                <DockerExecStep Include="Step" Image="busybox:latest" Command="true" Inputs="src/**;gone/*.txt;absent.txt" />
                <DockerExecStep Include="Other" Image="busybox:latest" Command="true" Inputs="named.txt" Hermetic="true" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("src/a.txt", "");
        File.CreateSymbolicLink(project["src/b.txt"], "../b.txt");
        File.CreateSymbolicLink(project["gone"], "/nowhere");
        File.CreateSymbolicLink(project["named.txt"], "named.txt");

        var build = await project.BuildAsync();

        Assert.Equal(
            [
                project.ErrorAtStep("RRB1021", "Step 'Step': the input 'absent.txt' is not there. Create it before the steps run, correct the path, or name the step that makes it in DependsOn."),
                project.ErrorAtStep("RRB1026", "Step 'Step': the input 'gone' is a link to '/nowhere', which is not there. Create that, correct the link, or leave it out: '!gone'."),
                project.ErrorAtStep("RRB1026", "Step 'Step': the input 'src/b.txt' is a link to '../b.txt', which is not there. Create that, correct the link, or leave it out: '!src/b.txt'."),
            ],
            build.Errors.Where(error => error.Text.StartsWith("Step 'Step'", StringComparison.Ordinal)));
        Assert.Equal(
            [("RRB1026", project.LineOf("Include=\"Other\""), "Step 'Other': the input 'named.txt' is a link to 'named.txt', which is not there. Create that, correct the link, or leave it out: '!named.txt'.")],
            build.Errors.Where(error => error.Text.StartsWith("Step 'Other'", StringComparison.Ordinal)).Select(error => (error.Code, error.Line, error.Text)));
        Assert.Empty(build.Warnings);
    }

    // What a step writes behind a link stays where it was before links stayed links.
    [EngineTheory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task A_step_changes_files_in_place_behind_a_link(string hermetic)
    {
        var project = new TestProject(
            $"""
            <Project>
              <ItemGroup>
                <DockerExecStep Include="Step" Image="busybox:latest" Hermetic="{hermetic}" Command="sort -o link/a.txt link/a.txt" EnvironmentVariables="U={Guid.NewGuid():N}"
                                Inputs="link/a.txt;real/*" Outputs="link/a.txt" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("real/a.txt", "b\na\n");
        File.CreateSymbolicLink(project["link"], "real");

        var build = await project.BuildAsync("-p:DockerExecCache=off");

        // A hermetic one is not let write through it, as before.
        Assert.Equal(hermetic == "true" ? ["RRB5001"] : [], build.Errors.Select(error => error.Code));
        Assert.Equal(hermetic == "true" ? "b\na\n" : "a\nb\n", await File.ReadAllTextAsync(project["real/a.txt"], TestContext.Current.CancellationToken));
        Assert.Equal("real", new FileInfo(project["link"]).LinkTarget);
    }

    private static IReadOnlyList<string> Printed(Build build, string step) =>
        [.. build.Output.SkipWhile(line => line != step).Skip(1).TakeWhile(line => line != "end")];

    private static IReadOnlyList<string> FromCache(Build build) => [.. build.Texts.Where(text => text.EndsWith(": from the cache", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static void Relink(string path, string target)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
    }

    private static TestProject Project(TestProject? uniqueOf = null)
    {
        var unique = uniqueOf is null ? Guid.NewGuid().ToString("N") : File.ReadAllText(uniqueOf["unique.txt"]);
        var project = new TestProject(
            $"""
            <Project>
              <ItemDefinitionGroup>
                <DockerExecStep>
                  <Image>busybox:latest</Image>
                  <Inputs>unique.txt;node_modules/;lib/**;sub/*</Inputs>
                  <Command>{Look}; echo end; echo x &gt; $OUT</Command>
                </DockerExecStep>
              </ItemDefinitionGroup>
              <ItemGroup>
                <DockerExecStep Include="Hermetic" Hermetic="true" Outputs="hermetic.txt" EnvironmentVariables="OUT=hermetic.txt" />
                <DockerExecStep Include="Ordinary" Outputs="ordinary.txt" EnvironmentVariables="OUT=ordinary.txt" DependsOn="Hermetic" />
              </ItemGroup>
              <Target Name="Build" />
              <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
            </Project>
            """);
        project.Write("unique.txt", unique);
        project.Write("shared.txt", "shared\n");
        project.Write("node_modules/typescript/bin/tsc", "cat \"$(dirname \"$(readlink -f \"$0\")\")/../version.txt\"\n");
        project.Write("node_modules/typescript/version.txt", "tsc 5.0\n");
        project.Write("node_modules/.pnpm/x@1/node_modules/x/index.js", "");
        project.Write("node_modules/.pnpm/y@2/node_modules/y/name.txt", "y\n");
        project.Write("lib/libz.so.1.2", "z\n");
        Link("node_modules/.bin/tsc", "../typescript/bin/tsc");
        Link("node_modules/x", ".pnpm/x@1/node_modules/x");
        Link("node_modules/.pnpm/x@1/node_modules/y", "../../y@2/node_modules/y");
        Link("lib/libz.so", "libz.so.1");
        Link("lib/libz.so.1", "libz.so.1.2");
        Link("lib/config.txt", "../shared.txt");
        Link("sub/absolute.txt", project["lib/libz.so.1.2"]);
        return project;

        void Link(string path, string target)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(project[path])!);
            File.CreateSymbolicLink(project[path], target);
        }
    }
}
