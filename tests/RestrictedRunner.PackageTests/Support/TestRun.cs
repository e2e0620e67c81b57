using System.Reflection;
using System.Text;
using RestrictedRunner.PackageTests;
using Xunit.Sdk;
using Xunit.v3;

// A build waits for its containers and for the disk now and then, so a few more than there are processors run at once.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 3)]
[assembly: AssemblyFixture(typeof(NothingIsLeftBehind))]
[assembly: RemoveFoldersOfPassedTests]

namespace RestrictedRunner.PackageTests;

/// <summary>
/// What all tests share: a folder outside the repository with a feed that holds nothing but our package, and an empty
/// package folder. The space in its name is on purpose.
/// </summary>
internal static class TestRun
{
    static TestRun()
    {
        var packed = FindPackage();
        Version = Path.GetFileNameWithoutExtension(packed)["RestrictedRunner.Build.".Length..];
        Folder = Directory.CreateTempSubdirectory("rr package tests ").FullName;
        Temp = Directory.CreateTempSubdirectory("rr-package-tests-tmp-").FullName;
        Directory.CreateDirectory(Feed);
        // A copy, because somebody may pack anew while the tests run.
        PackagePath = Path.Combine(Feed, Path.GetFileName(packed));
        File.Copy(packed, PackagePath);

        // The same files as a repository's, so that MSBuild and NuGet look no further up.
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", "<Project />");
        Write("Directory.Packages.props", "<Project />");
        Write("global.json", "{}");
        Write("nuget.config", $"""<configuration><packageSources><add key="local" value="{Feed}" /></packageSources></configuration>""");
    }

    public static string Folder { get; }

    /// <summary>Package source with our package only.</summary>
    public static string Feed => Path.Combine(Folder, "feed");

    /// <summary>Packages that were restored for this repository, so that projects of tests need no registry.</summary>
    public static string RestoredPackages { get; } =
        typeof(TestRun).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "NuGetPackageRoot").Value!;

    /// <summary>Where builds extract packages.</summary>
    public static string Packages => Path.Combine(Folder, "packages");

    /// <summary>Where builds keep the results of steps.</summary>
    public static string Cache => Path.Combine(Folder, "cache");

    /// <summary>
    /// Where builds put temporary files, so that a forgotten one of ours shows. Without a space, which MSBuild's own Exec
    /// would stumble over.
    /// </summary>
    public static string Temp { get; }

    /// <summary>The packed package.</summary>
    public static string PackagePath { get; }

    /// <summary>Its version.</summary>
    public static string Version { get; }

    private static string FindPackage()
    {
        var folder = Path.Combine(Repository.Root, "artifacts", "packages");
        var found = Directory.Exists(folder) ? Directory.GetFiles(folder, "RestrictedRunner.Build.*.nupkg") : [];
        return found.Length == 1
            ? found[0]
            : throw new InvalidOperationException($"The package tests need exactly one RestrictedRunner.Build.*.nupkg in {folder}, and there are {found.Length}. Run build/pack.sh first.");
    }

    private static void Write(string name, string text) => File.WriteAllText(Path.Combine(Folder, name), text, Encoding.UTF8);
}
