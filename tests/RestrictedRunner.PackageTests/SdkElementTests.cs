namespace RestrictedRunner.PackageTests;

public class SdkElementTests
{
    private const string Step =
        """
          <Target Name="Hello">
            <DockerExec Image="busybox:latest" Init="false" Command="echo hello from $$" />
          </Target>
        """;

    private const string Framework =
        """
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
          </PropertyGroup>
        """;

    private const string Reference =
        """
          <ItemGroup>
            <PackageReference Include="RestrictedRunner.Build" Version="$VERSION" PrivateAssets="all" />
          </ItemGroup>
        """;

    private const string Element = """  <Sdk Name="RestrictedRunner.Build" Version="$VERSION" />""";

    [EngineFact]
    public Task It_works_in_a_project_of_the_NET_SDK() => BuildsWithoutWarnings(
        $"""
        <Project Sdk="Microsoft.NET.Sdk">
        {Element}
        {Framework}
        {Step}
        </Project>
        """);

    [EngineFact]
    public Task It_works_in_a_bare_project() => BuildsWithoutWarnings(
        $"""
        <Project>
        {Element}
        {Step}
        </Project>
        """);

    [EngineFact]
    public Task It_works_together_with_a_PackageReference() => BuildsWithoutWarnings(
        $"""
        <Project Sdk="Microsoft.NET.Sdk">
        {Element}
        {Framework}
        {Reference}
        {Step}
        </Project>
        """);

    [EngineTheory]
    [InlineData("RestrictedRunner.Build/$VERSION;Microsoft.NET.Sdk")]
    [InlineData("Microsoft.NET.Sdk;RestrictedRunner.Build/$VERSION")]
    public Task It_works_before_and_after_another_Sdk(string sdks) => BuildsWithoutWarnings(
        $"""
        <Project Sdk="{sdks}">
        {Framework}
        {Step}
        </Project>
        """);

    [EngineTheory]
    [InlineData("RestrictedRunner.Build/$VERSION;Microsoft.NET.Sdk")]
    [InlineData("Microsoft.NET.Sdk;RestrictedRunner.Build/$VERSION")]
    public Task It_works_before_and_after_another_Sdk_together_with_a_PackageReference(string sdks) => BuildsWithoutWarnings(
        $"""
        <Project Sdk="{sdks}">
        {Framework}
        {Reference}
        {Step}
        </Project>
        """);

    [EngineTheory]
    [InlineData("""<Sdk Name="Microsoft.NET.Sdk" />""", Element)]
    [InlineData(Element, """<Sdk Name="Microsoft.NET.Sdk" />""")]
    public Task Its_element_may_stand_before_and_after_that_of_another_Sdk(string first, string second) => BuildsWithoutWarnings(
        $"""
        <Project>
        {first}
        {second}
        {Framework}
        {Reference}
        {Step}
        </Project>
        """);

    [EngineFact]
    public async Task Its_version_may_stand_in_global_json()
    {
        var project = Project("""<Project Sdk="RestrictedRunner.Build">""" + Step + "</Project>");
        project.Write("global.json", $$"""{ "msbuild-sdks": { "RestrictedRunner.Build": "{{TestRun.Version}}" } }""");

        var build = await project.BuildAsync("-t:Hello");

        Assert.Equal(["hello from 1"], build.SucceededWithoutWarnings().Output);
    }

    private static TestProject Project(string text) => new(text, "App.csproj");

    private static async Task BuildsWithoutWarnings(string project)
    {
        // No compiler: what counts is how the project is read.
        var build = await Project(project).BuildAsync("-t:Hello");

        Assert.Equal(["hello from 1"], build.SucceededWithoutWarnings().Output);
        // MSBuild may log what it finds odd as a message, too.
        Assert.DoesNotContain(build.Texts, text => text.Contains("MSB4011", StringComparison.Ordinal));
    }
}
