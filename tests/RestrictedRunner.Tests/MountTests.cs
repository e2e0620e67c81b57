namespace RestrictedRunner.Tests;

public class MountTests
{
    [Theory]
    [InlineData("/a:/b", "/a", "/b", false)]
    [InlineData("/a:/b:ro", "/a", "/b", true)]
    [InlineData("/a:/b:rw", "/a", "/b", false)]
    [InlineData("a b:/c d:ro", "a b", "/c d", true)]
    [InlineData("C:\\src:/src", "C:\\src", "/src", false)]
    [InlineData("/a:b:/c", "/a:b", "/c", false)]
    [InlineData("/a:/b:/c", "/a:/b", "/c", false)]
    [InlineData(".:/src", ".", "/src", false)]
    public void Host_and_container_path_are_told_apart(string text, string host, string container, bool readOnly)
    {
        Assert.True(Mount.TryParse(text, out var mount));
        Assert.Equal(new Mount(host, container, readOnly), mount);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("/a:b")]
    [InlineData(":/b")]
    [InlineData("/a:ro")]
    [InlineData("/a:/b:z")]
    [InlineData("/a:/b:Z:ro")]
    [InlineData("/a:/b:cached")]
    [InlineData("/a:/b:RO")]
    public void Anything_else_is_refused(string text) => Assert.False(Mount.TryParse(text, out _));
}
