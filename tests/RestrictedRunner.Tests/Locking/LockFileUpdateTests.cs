using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Locking;

public sealed class LockFileUpdateTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Host _host;

    public LockFileUpdateTests() => _host = Host.Linux with { Variable = name => name == "XDG_CACHE_HOME" ? _folder["cache"] : null };

    private string Path => _folder["repo/docker-exec.lock.json"];

    public void Dispose() => _folder.Dispose();

    // As the projects of a build with -m, each with images of its own.
    [Fact]
    public async Task Of_many_writers_at_once_none_loses_what_another_wrote()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() =>
            AddAsync(($"own-{number}:1", LockFiles.ImageOf(("linux/amd64", 'a'))), ("shared:1", LockFiles.ImageOf(("linux/amd64", 'b')))))));

        var file = LockFileReader.Read(await File.ReadAllBytesAsync(Path, TestContext.Current.CancellationToken));
        Assert.Equal([.. Enumerable.Range(0, 20).Select(number => $"own-{number}:1").Append("shared:1").Order(StringComparer.Ordinal)], file.Images.Keys);
        Assert.Equal([Path], Directory.GetFiles(_folder["repo"]));
    }

    [Fact]
    public async Task What_is_replaced_is_told_and_what_is_not_asked_for_stays()
    {
        await AddAsync(("a:1", LockFiles.ImageOf(("linux/amd64", 'a'))), ("b:1", LockFiles.ImageOf(("linux/amd64", 'b'))));

        var before = await AddAsync(("a:1", LockFiles.ImageOf(("linux/amd64", 'c'))));

        Assert.Equal(LockFiles.DigestOf('a'), before.Images["a:1"].Digests["linux/amd64"]);
        Assert.Equal([LockFiles.DigestOf('c'), LockFiles.DigestOf('b')], new LockFileUpdate(Path, _host).Read().Images.Values.Select(image => image.Digests["linux/amd64"]));
    }

    [Fact]
    public async Task A_file_that_says_the_same_already_is_not_touched()
    {
        await AddAsync(("a:1", LockFiles.ImageOf(("linux/amd64", 'a'))));
        var text = (await File.ReadAllTextAsync(Path, TestContext.Current.CancellationToken)).Replace("\n", "\r\n\r\n", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path, text, TestContext.Current.CancellationToken);

        await AddAsync(("a:1", LockFiles.ImageOf(("linux/amd64", 'a'))));

        Assert.Equal(text, await File.ReadAllTextAsync(Path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_no_lock_file_stays_as_it_is()
    {
        Directory.CreateDirectory(_folder["repo"]);
        _folder.Write("repo/docker-exec.lock.json", "{\n<<<<<<< mine\n");
        await Assert.ThrowsAsync<LockFileException>(() => AddAsync(("a:1", LockFiles.ImageOf(("linux/amd64", 'a')))));
        Assert.Equal("{\n<<<<<<< mine\n", await File.ReadAllTextAsync(Path, TestContext.Current.CancellationToken));

        File.Delete(Path);
        Directory.CreateDirectory(Path);
        _folder.Write("repo/docker-exec.lock.json/precious", "x");
        var problem = await Record.ExceptionAsync(() => AddAsync(("a:1", LockFiles.ImageOf(("linux/amd64", 'a')))));
        Assert.True(problem is IOException or UnauthorizedAccessException, problem?.ToString());
        Assert.True(File.Exists(System.IO.Path.Combine(Path, "precious")));
    }

    [Fact]
    public async Task What_a_killed_update_left_goes_and_what_another_writes_stays()
    {
        Directory.CreateDirectory(_folder["repo"]);
        var old = _folder.Write("repo/docker-exec.lock.json.0123.new", "");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));
        var young = _folder.Write("repo/docker-exec.lock.json.4567.new", "");
        var other = _folder.Write("repo/other.new", "");
        File.SetLastWriteTimeUtc(other, DateTime.UtcNow.AddHours(-2));

        await AddAsync(("a:1", LockFiles.ImageOf(("linux/amd64", 'a'))));

        Assert.Equal([Path, young, other], Directory.GetFiles(_folder["repo"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_link_stays_one()
    {
        Directory.CreateDirectory(_folder["real"]);
        _folder.Write("real/lock.json", "{\"version\": 1, \"images\": {}}");
        Directory.CreateDirectory(_folder["repo"]);
        File.CreateSymbolicLink(Path, "../real/lock.json");

        await AddAsync(("a:1", LockFiles.ImageOf(("linux/amd64", 'a'))));

        Assert.Equal("../real/lock.json", new FileInfo(Path).LinkTarget);
        Assert.Contains("a:1", LockFileReader.Read(await File.ReadAllBytesAsync(_folder["real/lock.json"], TestContext.Current.CancellationToken)).Images.Keys);
    }

    private Task<LockFile> AddAsync(params (string Name, LockedImage Image)[] images) =>
        new LockFileUpdate(Path, _host).AddAsync(images.ToDictionary(image => image.Name, image => image.Image), TestContext.Current.CancellationToken);
}
