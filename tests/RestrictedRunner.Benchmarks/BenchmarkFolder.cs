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

    /// <summary>Where the steps of the benchmarks keep their results.</summary>
    public string Cache => Path.Combine(_folder, "cache");

    /// <summary>Writes a project, in a folder of its own, with declared steps; or with none, which imports nothing.</summary>
    /// <param name="name">Of the folder.</param>
    /// <param name="items">The steps.</param>
    /// <param name="removed">A folder beside the project that goes before the steps.</param>
    /// <param name="task">What is done instead of steps.</param>
    /// <param name="parallel">How many steps run at once; empty for the default.</param>
    public string Steps(string name, string items, string removed = "", string task = "", string parallel = "")
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, name)).FullName, "steps.proj");
        File.WriteAllText(
            path,
            $"""
            <Project>
              <PropertyGroup>
                <BaseIntermediateOutputPath>obj/</BaseIntermediateOutputPath>
                <DockerExecMaxParallel>{parallel}</DockerExecMaxParallel>
                <DockerExecCache Condition="'{removed}' == ''">off</DockerExecCache>
              </PropertyGroup>
              <ItemGroup>
                {items}
              </ItemGroup>
              <Target Name="Build">
                {task}
              </Target>
              <Target Name="RemoveFolder" BeforeTargets="RunDockerExecSteps;Build" Condition="'{removed}' != ''">
                <RemoveDir Directories="{removed}" />
              </Target>
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
