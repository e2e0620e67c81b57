using System.Security.Cryptography;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

public class ReproduciblePackTests
{
    [Fact]
    [Trait("Tier", "Long")]
    public async Task Packing_in_two_folders_gives_the_same_packages_and_no_warning()
    {
        var sources = TestFolder.New();
        await CopySourcesAsync(sources);

        var first = await PackAsync(sources);
        var second = await PackAsync(sources);

        Assert.Equal(["RestrictedRunner", "RestrictedRunner.Build"], first.Select(NameOf));
        foreach (var (one, other) in first.Zip(second))
        {
            AssertSameContent(one, other);
            Assert.Equal(await HashAsync(one), await HashAsync(other));
        }
    }

    private static string NameOf(string package) => Path.GetFileName(package).Replace($".{TestRun.Version}.nupkg", "", StringComparison.Ordinal);

    private static void AssertSameContent(string first, string second)
    {
        using var one = new Nupkg(first);
        using var other = new Nupkg(second);
        Assert.Equal(one.Files, other.Files);
        Assert.All(one.Files, file => Assert.Equal(one.Bytes(file), other.Bytes(file)));
    }

    private static async Task<IReadOnlyList<string>> PackAsync(string sources)
    {
        // The compiler takes the folder of a repository out of the paths that it writes down.
        var folder = TestFolder.New();
        await GitAsync(folder, "clone", "--quiet", sources, ".");

        // The packages that whoever builds the repository has.
        var environment = new Dictionary<string, string?> { ["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES") };

        // Analyzers change nothing of what comes out, and take half of the time.
        foreach (var project in new[] { "RestrictedRunner", "RestrictedRunner.Build" })
        {
            var result = (await DotNet.RunAsync(folder, environment, ["pack", $"src/{project}", "-c", "Release", "-o", "out", "-p:RunAnalyzers=false", "-nodeReuse:false", "-tl:off"])).Succeeded();
            Assert.DoesNotContain("warning", result.Console, StringComparison.OrdinalIgnoreCase);
        }

        return [.. Directory.GetFiles(Path.Combine(folder, "out"), "*.nupkg").OrderBy(NameOf, StringComparer.Ordinal)];
    }

    // What git would give to somebody else, changes that are not committed yet included.
    private static async Task CopySourcesAsync(string folder)
    {
        var files = await GitAsync(Repository.Root, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        foreach (var file in files.Split('\0').Where(file => file.Length > 0 && !file.StartsWith("tests/", StringComparison.Ordinal) && File.Exists(Path.Combine(Repository.Root, file))))
        {
            var target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(Repository.Root, file), target);
        }

        await GitAsync(folder, "init", "--quiet");
        await GitAsync(folder, "add", "--all");
        await GitAsync(folder, "-c", "user.name=test", "-c", "user.email=test", "commit", "--quiet", "--no-verify", "--message", "copy");
    }

    private static async Task<string> GitAsync(string folder, params string[] arguments)
    {
        var result = await Cli.Wrap("git").WithWorkingDirectory(folder).WithArguments(arguments)
            .ExecuteBufferedAsync();
        return result.StandardOutput;
    }

    private static async Task<string> HashAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexString(await SHA256.HashDataAsync(stream, TestContext.Current.CancellationToken));
    }
}
