using System.IO.Compression;

namespace RestrictedRunner.Benchmarks;

/// <summary>A temporary folder of projects with one target each.</summary>
internal sealed class BenchmarkFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rr-bench-").FullName;

    public BenchmarkFolder(string package) => ZipFile.ExtractToDirectory(package, PackageFolder);

    private string PackageFolder => Path.Combine(_folder, "package");

    /// <summary>Writes a project whose target holds the given task. Ours is imported as NuGet would import it.</summary>
    public string Project(string name, string task)
    {
        var path = Path.Combine(_folder, name + ".proj");
        File.WriteAllText(
            path,
            $"""
            <Project>
              <Target Name="Build">
                {task}
              </Target>
              <Import Project="{PackageFolder}/build/RestrictedRunner.Build.targets" Condition="'{name.StartsWith("ours", StringComparison.Ordinal)}' == 'True'" />
            </Project>
            """);
        return path;
    }

    /// <summary>Writes a project, in a folder of its own, with declared steps; or with none, which imports nothing.</summary>
    public string Steps(string name, string items)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, name)).FullName, "steps.proj");
        File.WriteAllText(
            path,
            $"""
            <Project>
              <PropertyGroup>
                <BaseIntermediateOutputPath>obj/</BaseIntermediateOutputPath>
                <DockerExecCache>off</DockerExecCache>
              </PropertyGroup>
              <ItemGroup>
                {items}
              </ItemGroup>
              <Target Name="Build" />
              <Import Project="{PackageFolder}/build/RestrictedRunner.Build.targets" Condition="'{items.Length}' != '0'" />
            </Project>
            """);
        return path;
    }

    /// <summary>Writes small files into a folder beside a project.</summary>
    public void Files(string name, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var path = Path.Combine(_folder, name, $"input/{i % 100}/{i}.txt");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, $"{i}");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
