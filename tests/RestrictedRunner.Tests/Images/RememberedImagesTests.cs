using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class RememberedImagesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;

    private string Own => Path.Combine(_folder, "own", "images");

    private string Shared => Path.Combine(_folder, "shared", "images");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Nothing_is_known_at_first() => Assert.Null(new RememberedImages([Own, Shared]).Find("busybox"));

    [Fact]
    public void The_last_identity_of_each_name_is_known()
    {
        var images = new RememberedImages([Own]);

        images.Remember(Ids(("busybox", "sha256:1"), ("a b:1", "sha256:2")));
        images.Remember(Ids(("busybox", "sha256:3")));

        Assert.Equal(("sha256:3", "sha256:2"), (images.Find("busybox"), images.Find("a b:1")));
    }

    [Fact]
    public void The_first_file_counts_and_a_project_without_one_takes_what_another_has_heard()
    {
        new RememberedImages([Own, Shared]).Remember(Ids(("busybox", "sha256:1")));
        new RememberedImages([Path.Combine(_folder, "other"), Shared]).Remember(Ids(("busybox", "sha256:2")));

        Assert.Equal("sha256:1", new RememberedImages([Own, Shared]).Find("busybox"));
        Assert.Equal("sha256:2", new RememberedImages([Path.Combine(_folder, "new"), Shared]).Find("busybox"));
    }

    [Fact]
    public void What_is_known_is_not_written_again()
    {
        var images = new RememberedImages([Own, Shared]);
        images.Remember(Ids(("busybox", "sha256:1")));
        File.Delete(Shared);
        File.SetLastWriteTimeUtc(Own, DateTime.UnixEpoch);

        images.Remember(Ids(("busybox", "sha256:1")));

        Assert.False(File.Exists(Shared));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(Own));
    }

    [Fact]
    public void The_file_does_not_grow_for_ever()
    {
        var images = new RememberedImages([Own]);
        images.Remember(Enumerable.Range(0, 3000).ToDictionary(i => $"app:{i}", i => $"sha256:{i}"));

        images.Remember(Ids(("busybox", "sha256:1")));

        Assert.Equal(1000, File.ReadLines(Own).Count());
        Assert.Equal("sha256:1", images.Find("busybox"));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("a 1\na 2\n")]
    public void A_damaged_file_is_none(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Own)!);
        File.WriteAllText(Own, text);
        var images = new RememberedImages([Own]);

        Assert.Null(images.Find("a"));
        images.Remember(Ids(("busybox", "sha256:1")));
        Assert.Equal("sha256:1", images.Find("busybox"));
    }

    private static Dictionary<string, string> Ids(params (string Name, string Id)[] ids) => ids.ToDictionary(id => id.Name, id => id.Id);
}
