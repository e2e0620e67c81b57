namespace RestrictedRunner.PackageTests;

/// <summary>Outputs that are not below the project's folder, as with <c>UseArtifactsOutput</c>.</summary>
public class OutsideOutputsTests
{
    private const string Artifacts = "../../artifacts/obj/App/";

    [EngineTheory]
    [InlineData(true, Artifacts, Artifacts)]
    [InlineData(false, Artifacts, Artifacts)]
    [InlineData(true, "$(Absolute)", Artifacts)]
    [InlineData(false, "$(Absolute)", Artifacts)]
    public async Task They_are_written_kept_and_restored_in_any_checkout(bool hermetic, string folder, string inCommand)
    {
        var unique = Unique();
        var outputs = $"{folder}made.txt;{folder}too.txt;{folder}gen/*.txt;own.txt";
        var command = $"cat a.txt &gt; {inCommand}made.txt; cat a.txt &gt; own.txt; echo &gt; {inCommand}too.txt; echo x &gt; {inCommand}gen/%24(head -c 1 a.txt).txt";
        var first = Project(hermetic, outputs, command);
        first.Write("src/App/a.txt", $"a{unique}");
        Assert.Equal(1, (await first.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(0, (await first.BuildAsync()).SucceededWithoutWarnings().Runs);
        first.Write("src/App/a.txt", $"b{unique}");
        Assert.Equal(1, (await first.BuildAsync()).SucceededWithoutWarnings().Runs);
        Assert.Equal(
            ["artifacts/obj/App/gen/b.txt", "artifacts/obj/App/made.txt", "artifacts/obj/App/too.txt", "src/App/a.txt", "src/App/own.txt", "src/App/step.proj"],
            Files(first));
        Assert.Equal(["artifacts", "src", "state"], Directory.GetDirectories(first.Folder).Select(Path.GetFileName).Order());

        var second = Project(hermetic, outputs, command);
        second.Write("src/App/a.txt", $"b{unique}");

        Assert.Equal(0, (await second.BuildAsync()).SucceededWithoutWarnings().Runs);

        Assert.Equal(Files(first), Files(second));
        Assert.Equal($"b{unique}", await File.ReadAllTextAsync(second["artifacts/obj/App/made.txt"], TestContext.Current.CancellationToken));
        (await second.BuildAsync("-t:CleanDockerExec")).SucceededWithoutWarnings();
        Assert.Equal(["src/App/a.txt", "src/App/step.proj"], Files(second));
    }

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_absolute_one_has_its_path_in_the_container_too(bool hermetic)
    {
        var project = Project(hermetic, "$(Absolute)made.txt;$(MSBuildProjectDirectory)/gen/own.txt", "cat a.txt &gt; '$(Absolute)made.txt'; cat a.txt &gt; '$(MSBuildProjectDirectory)/gen/own.txt'");
        project.Write("src/App/a.txt", Unique());

        (await project.BuildAsync()).SucceededWithoutWarnings();

        Assert.Equal(["artifacts/obj/App/made.txt", "src/App/a.txt", "src/App/gen/own.txt", "src/App/step.proj"], Files(project));
    }

    [EngineTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_step_leaves_none_and_its_errors_are_at_the_projects_files(bool hermetic)
    {
        var project = Project(hermetic, $"{Artifacts}made.txt", $"echo half &gt; {Artifacts}made.txt; echo 'a.txt:1:2: error: wrong'; exit 1");
        project.Write("src/App/a.txt", Unique());

        var build = await project.BuildAsync();

        Assert.Contains((project["src/App/a.txt"], 1), build.Errors.Select(error => (error.File, error.Line)));
        Assert.False(File.Exists(project["artifacts/obj/App/made.txt"]));
    }

    [EngineFact]
    public async Task With_UseArtifactsOutput_a_generated_file_compiles()
    {
        var project = new TestProject(
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="RestrictedRunner.Build" Version="$VERSION" PrivateAssets="all" />
                <DockerExecStep Include="Generate" Image="busybox:latest" Inputs="name.txt" Outputs="$(IntermediateOutputPath)Made.cs" Compile="true" Hermetic="true"
                                Command="echo &quot;public class %24(cat name.txt) { }&quot; &gt; '$(IntermediateOutputPath)Made.cs'" />
              </ItemGroup>
            </Project>
            """,
            "src/App/App.csproj");
        project.Write("Directory.Build.props", "<Project><PropertyGroup><UseArtifactsOutput>true</UseArtifactsOutput></PropertyGroup></Project>");
        project.Write("src/App/name.txt", "Made");
        project.Write("src/App/Uses.cs", "public class Uses : Made { }");

        (await project.BuildAsync("-restore")).SucceededWithoutWarnings();

        Assert.True(File.Exists(project["artifacts/obj/App/debug/Made.cs"]));
        Assert.Equal(0, (await project.BuildAsync()).SucceededWithoutWarnings().Runs);
    }

    [Theory]
    [InlineData("../made.txt")]
    [InlineData("../*.txt")]
    [InlineData("../../")]
    [InlineData("./")]
    [InlineData("..")]
    public async Task RRB1022_for_one_in_a_folder_that_the_project_is_in(string output)
    {
        var error = (await Project(hermetic: false, output, "true", "busybox@sha256:0000000000000000000000000000000000000000000000000000000000000000").BuildAsync()).FailedWithOneError();

        Assert.Equal("RRB1022", error.Code);
        Assert.Contains($"'{output}'", error.Text, StringComparison.Ordinal);
    }

    private static TestProject Project(bool hermetic, string outputs, string command, string image = "busybox:latest") => new(
        $"""
        <Project>
          <PropertyGroup>
            <Absolute>$([System.IO.Path]::GetFullPath('$(MSBuildProjectDirectory)/{Artifacts}'))</Absolute>
            <DockerExecStateFolder>../../state/</DockerExecStateFolder>
          </PropertyGroup>
          <ItemGroup>
            <DockerExecStep Include="Make" Image="{image}" Command="{command}" Inputs="a.txt" Outputs="{outputs}" Hermetic="{hermetic}" />
          </ItemGroup>
          <Target Name="Build" />
          <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />
        </Project>
        """,
        "src/App/step.proj");

    private static string Unique() => $"{Guid.NewGuid():N}\n";

    private static IEnumerable<string> Files(TestProject project) =>
        Directory.EnumerateFiles(project.Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(project.Folder, file))
            .Where(file => !file.EndsWith(".binlog", StringComparison.Ordinal) && !file.StartsWith("state/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
