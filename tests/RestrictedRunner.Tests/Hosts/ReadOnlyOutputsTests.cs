using System.Diagnostics;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Outputs in folders whose owner may not write to them, as Go's module cache is.</summary>
public class ReadOnlyOutputsTests
{
    [Fact]
    public void A_result_is_stored_from_them_and_restored_over_others() => UserWithoutRoot.Run(() =>
    {
        using var cache = new TemporaryCache();
        cache.Write("mod/a/file", "1");
        cache.Link("mod/a/link", "file");
        Shell("chmod -R a-w mod", cache);
        cache.MustStore("mod/a");
        Shell("chmod -R u+w mod; rm -r mod/a; mkdir -p mod/a/more/deep; echo 2 >mod/a/file; echo 3 >mod/a/more/deep/file; chmod -R a-w mod", cache);

        cache.MustRestore("mod/a");

        Assert.Equal(["mod/", "mod/a/", "mod/a/file  31", "mod/a/link -> file"], cache.Snapshot());
    });

    [Fact]
    public void What_an_earlier_run_wrote_is_removed_with_the_folders() => UserWithoutRoot.Run(() =>
    {
        using var files = new TemporaryCache();
        files.Write("mod/a/b/file", "1");
        files.Write("other", "1");
        var outputs = new OutputSearch(DeclaredOutputs.Of(Here.Paths, files.Project, ["mod/"])).Find();
        Shell("chmod -R a-w mod", files);

        OutputOnDisk.Remove(outputs, new(files.Project), stays: static _ => false);

        Assert.Equal(["other  31"], files.Snapshot());
    });

    [Theory]
    [InlineData("a-rwx")]
    [InlineData("a-r")]
    [InlineData("a-x")]
    public void They_are_found_though_nobody_may_look_into_them(string mode) => UserWithoutRoot.Run(() =>
    {
        using var files = new TemporaryCache();
        files.Write("mod/a/b/file", "1");
        Shell($"chmod {mode} mod/a/b mod/a mod", files);

        Assert.Equal(["mod", "mod/a", "mod/a/b", "mod/a/b/file"], new OutputSearch(DeclaredOutputs.Of(Here.Paths, files.Project, ["mod/"])).Find().Select(output => output.Path));
    });

    private static void Shell(string script, TemporaryCache files)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = files.Project })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
