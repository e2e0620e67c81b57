using System.IO.Compression;
using System.Security.Cryptography;

namespace RestrictedRunner.Benchmarks;

/// <summary>A temporary folder of projects with one target each.</summary>
internal sealed class BenchmarkFolder : IDisposable
{
    private readonly string _folder;

    /// <param name="package">Path of the package.</param>
    /// <param name="parent">Folder that it is made in.</param>
    public BenchmarkFolder(string package, string parent)
    {
        _folder = Path.Combine(parent, $"rr-bench-{Guid.NewGuid():N}");
        ZipFile.ExtractToDirectory(package, PackageFolder);
    }

    private string PackageFolder => Path.Combine(_folder, "package");

    /// <summary>Writes a project whose target holds the given task. Ours is imported as NuGet would import it.</summary>
    public string Project(string name, string task)
    {
        var path = Path.Combine(_folder, name + ".proj");
        File.WriteAllText(
            path,
            $"""
            <Project>
              <UsingTask TaskName="{nameof(LogLines)}" AssemblyFile="{typeof(BenchmarkFolder).Assembly.Location}" />
              <Target Name="Build">
                {task}
              </Target>
              <Import Project="{PackageFolder}/build/RestrictedRunner.Build.targets" Condition="'{name.StartsWith("ours", StringComparison.Ordinal)}' == 'True'" />
            </Project>
            """);
        return path;
    }

    /// <summary>Copies this program, and puts the package's assemblies into the place of its own.</summary>
    /// <returns>Path of the copy.</returns>
    public string WithPackage()
    {
        var copy = Directory.CreateDirectory(Path.Combine(_folder, "program")).FullName;
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory).Concat(Directory.GetFiles(Path.Combine(PackageFolder, "tasks", "net8.0-linux-x64"))))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)), overwrite: true);
        }

        return Path.Combine(copy, Path.GetFileName(typeof(BenchmarkFolder).Assembly.Location));
    }

    /// <summary>Where the steps of the benchmarks keep their results.</summary>
    public string Cache => Path.Combine(_folder, "cache");

    /// <summary>Writes a project, in a folder of its own, with declared steps; or with none, which imports nothing.</summary>
    /// <param name="name">Of the folder.</param>
    /// <param name="items">The steps.</param>
    /// <param name="cache">Where results are kept.</param>
    /// <param name="task">What is done instead of steps.</param>
    /// <param name="parallel">How many steps run at once; empty for the default.</param>
    /// <param name="properties">More properties.</param>
    public string Steps(string name, string items, string cache = "off", string task = "", string parallel = "", string properties = "")
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, name)).FullName, "steps.proj");
        File.WriteAllText(
            path,
            $"""
            <Project>
              <PropertyGroup>
                <BaseIntermediateOutputPath>obj/</BaseIntermediateOutputPath>
                <DockerExecMaxParallel>{parallel}</DockerExecMaxParallel>
                <DockerExecCache>{cache}</DockerExecCache>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                {items}
              </ItemGroup>
              <Target Name="Build">
                {task}
              </Target>
              <Import Project="{PackageFolder}/build/RestrictedRunner.Build.targets" Condition="'{items.Length}' != '0'" />
            </Project>
            """);
        return path;
    }

    /// <summary>Writes a class library, in a folder of its own, with declared steps; or with none, and then without the package.</summary>
    public string Library(string name, string items)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, name)).FullName, "library.csproj");
        File.WriteAllText(Path.ChangeExtension(path, ".cs"), "public class Library { }");
        File.WriteAllText(
            path,
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net{Environment.Version.Major}.0</TargetFramework>
                <DockerExecCache>off</DockerExecCache>
              </PropertyGroup>
              <ItemGroup>
                {items}
              </ItemGroup>
              <Import Project="{PackageFolder}/build/RestrictedRunner.Build.targets" Condition="'{items.Length}' != '0'" />
            </Project>
            """);
        return path;
    }

    /// <summary>Writes files into a folder that no file system can make smaller.</summary>
    public void RandomFiles(string name, int count, int size)
    {
        var path = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        for (var i = 0; i < count; i++)
        {
            File.WriteAllBytes(Path.Combine(path, $"{i}"), RandomNumberGenerator.GetBytes(size));
        }
    }

    /// <summary>Removes a folder.</summary>
    public void Remove(string name)
    {
        if (Directory.Exists(Path.Combine(_folder, name)))
        {
            Directory.Delete(Path.Combine(_folder, name), recursive: true);
        }
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
