namespace RestrictedRunner.PackageTests;

public class MultiTargetingTests
{
    [EngineTheory]
    [InlineData("""<ItemGroup><PackageReference Include="RestrictedRunner.Build" Version="$VERSION" PrivateAssets="all" /></ItemGroup>""")]
    [InlineData("""<Sdk Name="RestrictedRunner.Build" Version="$VERSION" />""")]
    public async Task Steps_run_in_the_outer_build_and_in_each_inner_build(string use)
    {
        var project = new TestProject(
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFrameworks>net8.0;net10.0</TargetFrameworks>
                <CheckEolTargetFramework>false</CheckEolTargetFramework>
              </PropertyGroup>
              {use}
              <Target Name="Outer" AfterTargets="Build" Condition="'$(IsCrossTargetingBuild)' == 'true'">
                <DockerExec Image="busybox:latest" Command="echo outer" />
              </Target>
              <Target Name="Inner" BeforeTargets="CoreCompile">
                <DockerExec Image="busybox:latest" Command="echo inner $(TargetFramework)" />
              </Target>
            </Project>
            """,
            "Library.csproj");

        var build = await project.BuildAsync();

        Assert.Equal(["inner net10.0", "inner net8.0", "outer"], build.SucceededWithoutWarnings().Output.Order(StringComparer.Ordinal));
    }
}
