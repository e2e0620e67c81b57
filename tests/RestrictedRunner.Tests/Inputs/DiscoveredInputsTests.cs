using System.Diagnostics;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>The files of the host that a dependency file names.</summary>
public sealed class DiscoveredInputsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Paths_of_the_container_are_found_through_the_mounts()
    {
        string[] files = ["app/main.c", "app/sub/rel.h", "app/a b.h", "app/cache/hidden.h", "app/memory/hidden.h", "sdk/x.h", "sdk/deep/y.h", "cache/z.h"];
        files.ToList().ForEach(Write);
        Write("app/1.d", @"x: main.c ../project/sub/../a\ b.h sub/rel.h /project/sub/./rel.h /sdk/x.h /sdk/deep cache/z.h cache/hidden.h memory/hidden.h gone.h /usr/include/stdio.h ../../../sdk/deep/y.h");
        Mount[] mounts = [new(Full("app"), "/project"), new(Full("sdk"), "/sdk/", ReadOnly: true), new(Full("cache"), "/project/cache")];

        Assert.Equal(["app/main.c", "app/a b.h", "app/sub/rel.h", "sdk/x.h", "sdk/deep", "cache/z.h", "sdk/deep/y.h"], Found("app/1.d", mounts, "/project"));
    }

    [Fact]
    public void Relative_paths_start_in_the_folder_in_which_the_command_does()
    {
        Write("app/sub/a.h");
        Write("app/1.d", "x: a.h");
        Mount[] mounts = [new(Full("app"), "/project")];

        Assert.Equal(["app/sub/a.h"], Found("app/1.d", mounts, "/project/sub"));
        Assert.Empty(Found("app/1.d", mounts, "/project"));
    }

    [Fact]
    public void Names_that_are_no_UTF_8_are_found()
    {
        Needs.NamesOfBytes();
        File.WriteAllBytes(Full("1.d"), [.. "x: caf"u8, 0xe9, .. ".h"u8]);
        Shell("touch \"$(printf 'caf\\351.h')\"");
        try
        {
            Assert.Equal([RawNames.Of(@"caf\xe9.h")], Found("1.d", [new(_root, "/project")], "/project"));
        }
        finally
        {
            // .NET cannot remove it.
            Shell("rm caf*");
        }
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        using (var file = File.Create(Full("1.d")))
        {
            file.SetLength((256 << 20) + 1);
        }

        Assert.Null(DiscoveredInputs.Read(Full("1.d"), new(Here.Paths, [], []), "/project", out var problem));
        Assert.Equal("it has more than 256 MiB", problem);
    }

    private IReadOnlyList<string> Found(string file, Mount[] mounts, string workDir)
    {
        var found = DiscoveredInputs.Read(Full(file), new(Here.Paths, mounts, ["/project/memory"]), workDir, out var problem);
        Assert.Equal("", problem);
        return [.. found!.Select(path => Here.Paths.Relative(_root, path))];
    }

    private void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script]) { WorkingDirectory = _root })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private string Full(string path) => Path.Combine(_root, path);

    private void Write(string path) => Write(path, "");

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path))!);
        File.WriteAllText(Full(path), text);
    }
}
