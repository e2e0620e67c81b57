using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace RestrictedRunner.PackageTests;

public class PackageContentTests
{
    [Fact]
    public void It_holds_these_files_and_no_other()
    {
        using var package = Nupkg.Ours();

        Assert.Equal(
            [
                "CHANGELOG.md",
                "LICENSE",
                "README.md",
                "RestrictedRunner.Build.nuspec",
                "Sdk/Sdk.props",
                "Sdk/Sdk.targets",
                "THIRD-PARTY-NOTICES.txt",
                "build/BuildId.proj",
                "build/CleanLogs.targets",
                "build/Defaults.targets",
                "build/DockerExec.targets",
                "build/DockerExecSteps.targets",
                "build/LockFile.targets",
                "build/OldMSBuild.targets",
                "build/RemovedFiles.targets",
                "build/RestrictedRunner.Build.targets",
                "build/StepDefaults.targets",
                "build/StepFiles.targets",
                "build/docker-exec.lock.schema.json",
                "buildMultiTargeting/RestrictedRunner.Build.targets",
                "docs/cache-mounts.md",
                "docs/ci.md",
                "docs/cluster.md",
                "docs/declared-steps.md",
                "docs/diagnostics.md",
                "docs/errors.md",
                "docs/exec-differences.md",
                "docs/hermetic-steps.md",
                "docs/how-it-works.md",
                "docs/images.md",
                "docs/library.md",
                "docs/limits.md",
                "docs/lock-file.md",
                "docs/parameters.md",
                "docs/performance.md",
                "docs/recipes.md",
                "docs/remote-engines.md",
                "docs/secrets.md",
                "docs/shared-cache.md",
                "docs/workers.md",
                "tasks/net8.0-linux-x64/CliWrap.dll",
                "tasks/net8.0-linux-x64/Google.Protobuf.dll",
                "tasks/net8.0-linux-x64/Grpc.Core.Api.dll",
                "tasks/net8.0-linux-x64/Grpc.Net.Client.dll",
                "tasks/net8.0-linux-x64/Grpc.Net.Common.dll",
                "tasks/net8.0-linux-x64/Microsoft.Extensions.DependencyInjection.Abstractions.dll",
                "tasks/net8.0-linux-x64/Microsoft.Extensions.Logging.Abstractions.dll",
                "tasks/net8.0-linux-x64/RestrictedRunner.Build.dll",
                "tasks/net8.0-linux-x64/RestrictedRunner.dll",
                "tasks/net8.0-linux-x64/ZstdSharp.dll",
                "tasks/net8.0/CliWrap.dll",
                "tasks/net8.0/Google.Protobuf.dll",
                "tasks/net8.0/Grpc.Core.Api.dll",
                "tasks/net8.0/Grpc.Net.Client.dll",
                "tasks/net8.0/Grpc.Net.Common.dll",
                "tasks/net8.0/Microsoft.Extensions.DependencyInjection.Abstractions.dll",
                "tasks/net8.0/Microsoft.Extensions.Logging.Abstractions.dll",
                "tasks/net8.0/RestrictedRunner.Build.dll",
                "tasks/net8.0/RestrictedRunner.dll",
                "tasks/net8.0/ZstdSharp.dll",
            ],
            package.Files);
    }

    [Fact]
    public void It_depends_on_nothing_and_is_for_development_only()
    {
        using var package = Nupkg.Ours();

        var metadata = package.Metadata();

        Assert.Empty(metadata.Descendants("dependency"));
        Assert.Equal("true", metadata.Element("developmentDependency")?.Value);
    }

    [Fact]
    public void It_names_licence_and_readme()
    {
        using var package = Nupkg.Ours();

        var metadata = package.Metadata();

        Assert.Equal(("expression", "MIT"), (metadata.Element("license")?.Attribute("type")?.Value, metadata.Element("license")?.Value));
        Assert.Equal("README.md", metadata.Element("readme")?.Value);
    }

    [Fact]
    public void The_library_is_introduced_by_a_page_of_its_own()
    {
        using var package = new Nupkg(Path.Combine(Repository.Root, "artifacts", "packages", $"RestrictedRunner.{TestRun.Version}.nupkg"));

        var readme = package.Metadata().Element("readme")?.Value;

        Assert.Equal("docs/library.md", readme);
        Assert.Superset(new HashSet<string>([.. Page.All.Select(page => page.Path).Where(path => path != "CONTRIBUTING.md"), "LICENSE"]), package.Files.ToHashSet());
    }

    [Fact]
    public void The_task_is_compiled_against_the_oldest_MSBuild_that_it_runs_in()
    {
        using var assembly = Assembly("RestrictedRunner.Build.dll");
        var reader = assembly.GetMetadataReader();

        var references = reader.AssemblyReferences.Select(handle => reader.GetAssemblyReference(handle))
            .ToDictionary(reference => reader.GetString(reference.Name), reference => reference.Version.ToString());

        Assert.Equal("15.1.0.0", references["Microsoft.Build.Framework"]);
        Assert.Equal("15.1.0.0", references["Microsoft.Build.Utilities.Core"]);
        Assert.Equal("8.0.0.0", references["System.Runtime"]);
    }

    [Theory]
    [InlineData("RestrictedRunner.Build.dll")]
    [InlineData("RestrictedRunner.dll")]
    public void Symbols_are_inside_the_assemblies(string name)
    {
        using var assembly = Assembly(name);

        Assert.Contains(assembly.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        // The mark of a compiler that was told to be deterministic.
        Assert.Contains(assembly.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
    }

    [Theory]
    [InlineData("RestrictedRunner.Build.dll")]
    [InlineData("RestrictedRunner.dll")]
    public void Symbols_do_not_name_the_folder_that_the_package_was_built_in(string name)
    {
        using var assembly = Assembly(name);
        var pdb = assembly.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using var provider = assembly.ReadEmbeddedPortablePdbDebugDirectoryData(pdb);
        var reader = provider.GetMetadataReader();

        var files = reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name));

        Assert.All(files, file => Assert.StartsWith("/_", file, StringComparison.Ordinal));
    }

    // Windows loads none that is for another system.
    [Theory]
    [InlineData("CliWrap.dll")]
    [InlineData("Google.Protobuf.dll")]
    [InlineData("RestrictedRunner.Build.dll")]
    [InlineData("RestrictedRunner.dll")]
    public void Other_systems_than_Linux_get_assemblies_for_every_system(string name)
    {
        using var portable = Assembly(name);
        using var ofLinux = Assembly(name, "net8.0-linux-x64");

        Assert.Equal((Machine.I386, true), (portable.PEHeaders.CoffHeader.Machine, portable.PEHeaders.CorHeader!.Flags.HasFlag(CorFlags.ILOnly)));
        Assert.NotEqual(Machine.I386, ofLinux.PEHeaders.CoffHeader.Machine);
    }

    private static PEReader Assembly(string name, string folder = "net8.0")
    {
        using var package = Nupkg.Ours();
        return new PEReader(new MemoryStream(package.Bytes($"tasks/{folder}/{name}")));
    }
}
