using System.Globalization;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

/// <summary>A real Bazel, with a workspace of five small actions.</summary>
internal sealed partial class Bazel : IDisposable
{
    private readonly TempFolder _folder = new();
    private int _builds;

    public Bazel()
    {
        Directory.CreateDirectory(_folder["workspace"]);
        _folder.Write("workspace/WORKSPACE", "");
        _folder.Write("workspace/BUILD", """[genrule(name = "g%d" % i, outs = ["o%d.txt" % i], cmd = "echo hello %d >$@" % i) for i in range(5)]""");
    }

    /// <summary>Builds everything, on a machine that has built nothing yet.</summary>
    /// <param name="cache">Address for <c>--remote_cache</c>.</param>
    /// <returns>How many actions ran, and how many results were the cache's. Fails if Bazel warns.</returns>
    public async Task<(int Ran, int Hits)> BuildAsync(string cache)
    {
        var build = await Cli.Wrap("bazel")
            .WithArguments(["--batch", $"--output_user_root={_folder[$"output{_builds++}"]}", "build", "//...", "--symlink_prefix=/", "--color=no", $"--remote_cache={cache}"])
            .WithWorkingDirectory(_folder["workspace"])
            .WithEnvironmentVariables(new Dictionary<string, string?> { ["HOME"] = _folder.Path })
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync();
        Assert.True(build.IsSuccess, build.StandardError);
        Assert.DoesNotContain("WARNING: ", build.StandardError, StringComparison.Ordinal);
        var hits = Hits().Match(build.StandardError);
        var ran = Ran().Match(build.StandardError);
        return (ran.Success ? int.Parse(ran.Groups["count"].Value, CultureInfo.InvariantCulture) : 0, hits.Success ? int.Parse(hits.Groups["count"].Value, CultureInfo.InvariantCulture) : 0);
    }

    /// <summary>Its files are not its owner's to write, so that they are not simply deleted.</summary>
    public void Dispose()
    {
        Assert.True(Client.Succeeds("chmod", "-R", "u+w", _folder.Path));
        _folder.Dispose();
    }

    [GeneratedRegex(@"(?<count>\d+) remote cache hit")]
    private static partial Regex Hits();

    [GeneratedRegex(@"(?<count>\d+) (linux-sandbox|processwrapper-sandbox|local)", RegexOptions.ExplicitCapture)]
    private static partial Regex Ran();
}
