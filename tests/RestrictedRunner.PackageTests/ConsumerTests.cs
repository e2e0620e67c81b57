namespace RestrictedRunner.PackageTests;

public class ConsumerTests
{
    [EngineFact]
    public async Task Nothing_of_ours_is_in_what_the_project_builds_or_packs()
    {
        var project = TestProject.Library(
            """
              <Target Name="Hello" BeforeTargets="CoreCompile">
                <DockerExec Image="busybox:latest" Command="echo hello" />
              </Target>
            """);

        (await project.BuildInItsOwnProcessAsync()).SucceededWithoutWarnings();
        (await DotNet.RunAsync(project.Folder, "pack", "--no-build", "-c", "Debug", "-o", ".")).Succeeded();
        (await DotNet.RunAsync(project.Folder, "publish", "--no-build", "-c", "Debug", "-o", "published")).Succeeded();

        string[] output = ["Library.deps.json", "Library.dll", "Library.pdb"];
        Assert.Equal(output, FilesIn(project["bin/Debug/net10.0"]));
        Assert.Equal(output, FilesIn(project["published"]));
        Assert.DoesNotContain("RestrictedRunner", await File.ReadAllTextAsync(project["published/Library.deps.json"], TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
        using var package = new Nupkg(project["Library.1.0.0.nupkg"]);
        Assert.Equal(["Library.nuspec", "lib/net10.0/Library.dll"], package.Files);
        Assert.DoesNotContain("RestrictedRunner", package.Text("Library.nuspec"), StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> FilesIn(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal);
}
