using System.Xml.Linq;

namespace RestrictedRunner.PackageTests;

public class AddPackageTests
{
    [EngineFact]
    public async Task After_dotnet_add_package_one_element_runs_a_step()
    {
        var project = new TestProject(
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
              </PropertyGroup>
              <Target Name="Hello" AfterTargets="Build">
                <DockerExec Image="busybox:latest" Init="false" Command="echo hello from $$" />
              </Target>
            </Project>
            """,
            "App.csproj");

        (await DotNet.RunAsync(project.Folder, "add", "package", "RestrictedRunner.Build", "--version", TestRun.Version)).Succeeded();
        var build = await project.BuildInItsOwnProcessAsync();

        Assert.Equal(["hello from 1"], build.SucceededWithoutWarnings().Output);
        // What makes NuGet keep the package from those who use the project.
        Assert.Equal("all", XDocument.Load(project.File).Descendants("PrivateAssets").Single().Value);
    }
}
