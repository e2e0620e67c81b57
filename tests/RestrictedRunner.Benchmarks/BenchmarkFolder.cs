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

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
