using RestrictedRunner.Build.SharedCache;

namespace RestrictedRunner.Tests;

public class SharedCacheSettingTests
{
    private static readonly SharedCacheProperties Given = new("http://host/path", "", "", "", "", IsContinuousIntegration: false);

    [Theory]
    [InlineData("http://host", "http://host/", false, "")]
    [InlineData("https://host:8443/team/a/", "https://host:8443/team/a/", false, "")]
    [InlineData("http://[::1]:80/x", "http://[::1]/x", false, "")]
    [InlineData("grpc://host:8980", "http://host:8980/", true, "")]
    [InlineData("grpcs://host", "https://host/", true, "")]
    [InlineData("grpcs://host:1/main/one%20two", "https://host:1/", true, "main/one two")]
    [InlineData("GRPC://host:8980/", "http://host:8980/", true, "")]
    public void An_address_says_where_and_in_which_protocol(string text, string place, bool isGrpc, string instance)
    {
        var access = Read(Given with { Url = text })!.Access;

        Assert.Equal((place, isGrpc, instance), (access.Url.AbsoluteUri, access.IsGrpc, access.Instance));
    }

    [Theory]
    [InlineData("cache.example.com", nameof(SharedCacheFault.UrlInvalid), "it is no address")]
    [InlineData("/var/cache", nameof(SharedCacheFault.UrlInvalid), "'file' is no protocol of such a server")]
    [InlineData("ftp://host/x", nameof(SharedCacheFault.UrlInvalid), "'ftp' is no protocol of such a server")]
    [InlineData("http://", nameof(SharedCacheFault.UrlInvalid), "it is no address")]
    [InlineData("http://host/?token=1", nameof(SharedCacheFault.UrlInvalid), "it has a part after '?' or '#', which no server of this kind knows")]
    [InlineData("http://ci:secret@host/", nameof(SharedCacheFault.UrlHasPassword), "it holds a user or a password")]
    [InlineData("grpcs://ci@host/", nameof(SharedCacheFault.UrlHasPassword), "it holds a user or a password")]
    [InlineData("https://ci:se/cret@host", nameof(SharedCacheFault.UrlInvalid), "it is no address")]
    public void What_is_wrong_with_an_address_is_told_without_its_password(string text, string fault, string reason)
    {
        var told = new List<(string, string)>();

        Assert.Null(SharedCacheSetting.Read(Given with { Url = text }, "/p", Host.Linux, (of, why) => told.Add(($"{of}", why))));

        Assert.Equal([(fault, reason)], told);
        Assert.DoesNotContain("cret", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData("", true, false)]
    [InlineData("false", true, false)]
    [InlineData("True", false, true)]
    [InlineData("ci", false, false)]
    [InlineData("CI", true, true)]
    public void Results_are_stored_when_the_user_says_so(string push, bool isContinuousIntegration, bool pushes) =>
        Assert.Equal(pushes, Read(Given with { Push = push, IsContinuousIntegration = isContinuousIntegration })!.Pushes);

    [Fact]
    public void All_that_is_wrong_is_told_together()
    {
        var told = new List<(SharedCacheFault, string)>();

        Assert.Null(SharedCacheSetting.Read(Given with { Url = "x", Push = "yes", Header = "Authorization: Bearer x" }, "/p", Host.Linux, (fault, text) => told.Add((fault, text))));

        Assert.Equal([(SharedCacheFault.UrlInvalid, "it is no address"), (SharedCacheFault.HeaderInvalid, ""), (SharedCacheFault.PushInvalid, "yes")], told);
    }

    [Fact]
    public void Files_are_relative_to_the_project()
    {
        var access = Read(Given with { Certificate = "me.pem", CaBundle = "/etc/ca.pem" })!.Access;

        Assert.Equal(("/p/me.pem", "/etc/ca.pem"), (access.ClientCertificate, access.CaBundle));
    }

    [Fact]
    public void Without_an_address_nothing_is_read() => Assert.Null(Read(Given with { Url = "", Push = "nonsense" }));

    private static SharedCacheSetting? Read(SharedCacheProperties given) => SharedCacheSetting.Read(given, "/p", Host.Linux, (fault, text) => Assert.Fail($"{fault} {text}"));
}
