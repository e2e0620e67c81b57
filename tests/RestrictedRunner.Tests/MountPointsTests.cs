namespace RestrictedRunner.Tests;

/// <summary>Where one mount is inside another, its place on the host is the caller's, and not the engine's.</summary>
public sealed class MountPointsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;

    public MountPointsTests() => Directory.CreateDirectory(Full("project"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Places_are_made_in_the_innermost_mount()
    {
        Directory.CreateDirectory(Full("other"));
        File.WriteAllText(Full("file"), "text");

        Create(
            [new(Full("project"), "/project/"), new(Full("other"), "/project/a/other"), new(Full("file"), "/project/a/file")],
            "/project/t/u:size=1m", "/project/a/other/v", "/elsewhere");

        Assert.Equal(["a/", "a/file", "a/other/", "t/", "t/u/"], Content("project"));
        Assert.Equal(["v/"], Content("other"));
        // What a tmpfs has whose place the engine makes.
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal((UnixFileMode)0x3ff, File.GetUnixFileMode(Full("project/t/u")));
            Assert.NotEqual((UnixFileMode)0x3ff, File.GetUnixFileMode(Full("project/t")));
        }

        Assert.Equal("text", File.ReadAllText(Full("file")));
    }

    [Fact]
    public void None_is_made_in_a_read_only_mount_nor_in_a_tmpfs_nor_behind_a_link()
    {
        Needs.Links();
        Directory.CreateDirectory(Full("outside"));
        Directory.CreateDirectory(Full("read-only"));
        Directory.CreateSymbolicLink(Full("project/link"), Full("outside"));

        Create([new(Full("project"), "/project"), new(Full("read-only"), "/read-only", ReadOnly: true)], "/project/link/u", "/read-only/u", "/project/t", "/project/t/u");

        Assert.Equal(["link/", "t/"], Content("project"));
        Assert.Empty(Content("outside").Concat(Content("read-only")));
    }

    [Fact]
    public void What_is_there_stays_as_it_is()
    {
        Directory.CreateDirectory(Full("project/t"));
        File.WriteAllText(Full("project/t/file"), "text");

        Create([new(Full("project"), "/project")], "/project/t", "/project/t/file/below");

        Assert.Equal(["t/", "t/file"], Content("project"));
        Assert.Equal("text", File.ReadAllText(Full("project/t/file")));
    }

    private static void Create(Mount[] mounts, params string[] tmpfs) => MountPoints.Create(new() { Mounts = mounts, Tmpfs = tmpfs });

    private string Full(string path) => Path.Combine(_folder, path);

    private IEnumerable<string> Content(string folder) =>
        new DirectoryInfo(Full(folder)).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(entry => Here.Paths.ToSlashes(Path.GetRelativePath(Full(folder), entry.FullName)) + (Directory.Exists(entry.FullName) ? "/" : ""))
            .Order(StringComparer.Ordinal);
}
