using System.Security.Cryptography;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

public class ReproduciblePackTests
{
    [Fact]
    public async Task Packing_in_two_folders_gives_the_same_package_and_no_warning()
    {
        var folder = TestFolder.New();
        await CopySourcesAsync(folder);

        var first = await PackAsync(folder);
        var second = await PackAsync(folder);

        using (var one = new Nupkg(first))
        using (var other = new Nupkg(second))
        {
            Assert.Equal(one.Files, other.Files);
            Assert.All(one.Files, file => Assert.Equal(one.Bytes(file), other.Bytes(file)));
        }

        Assert.Equal(await HashAsync(first), await HashAsync(second));
    }

    private static async Task<string> PackAsync(string sources)
    {
        // The compiler takes the folder of a repository out of the paths that it writes down.
        var folder = TestFolder.New();
        await GitAsync(folder, "clone", "--quiet", sources, ".");

        // The packages that whoever builds the repository has.
        var environment = new Dictionary<string, string?>
        {
            ["NUGET_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES"),
            // For the times of the files inside: https://reproducible-builds.org/specs/source-date-epoch/
            ["SOURCE_DATE_EPOCH"] = "1767225600",
        };
        var result = (await DotNet.RunAsync(folder, environment, ["pack", "src/RestrictedRunner.Build", "-c", "Release", "-o", "out", "-nodeReuse:false", "-tl:off"])).Succeeded();

        Assert.DoesNotContain("warning", result.Console, StringComparison.OrdinalIgnoreCase);
        return Directory.GetFiles(Path.Combine(folder, "out")).Single();
    }

    // What git would give to somebody else, changes that are not committed yet included.
    private static async Task CopySourcesAsync(string folder)
    {
        var files = await GitAsync(TestRun.RepositoryRoot, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        foreach (var file in files.Split('\0').Where(file => file.Length > 0 && !file.StartsWith("tests/", StringComparison.Ordinal) && File.Exists(Path.Combine(TestRun.RepositoryRoot, file))))
        {
            var target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(TestRun.RepositoryRoot, file), target);
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
