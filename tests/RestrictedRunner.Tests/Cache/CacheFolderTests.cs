using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class CacheFolderTests
{
    [Theory]
    [InlineData("/var/cache/me", "/home/me", "/var/cache/me/restricted-runner/v1")]
    [InlineData(null, "/home/me", "/home/me/.cache/restricted-runner/v1")]
    [InlineData("", "/home/me", "/home/me/.cache/restricted-runner/v1")]
    [InlineData("relative", "/home/me", "/home/me/.cache/restricted-runner/v1")]
    [InlineData(null, "", null)]
    public void The_cache_is_where_the_users_other_programs_have_theirs(string? caches, string? home, string? folder) =>
        Assert.Equal(folder, CacheFolder.Default(Host.Linux with { Variable = name => name switch { "XDG_CACHE_HOME" => caches, "HOME" => home, _ => null } })?.Path);

    [Fact]
    public void A_user_without_variables_has_a_home_still() =>
        Assert.NotNull(CacheFolder.Default(Here.Host));

    [Theory]
    [InlineData("")]
    [InlineData("../../../../etc/passwd")]
    [InlineData("208841804CE2F858E0E34A9E99B9D7C43C2E457D6CF441A1309921FECBD9D17E")]
    [InlineData("208841804ce2f858e0e34a9e99b9d7c43c2e457d6cf441a1309921fecbd9d17")]
    public void What_is_no_hash_has_no_place(string hash)
    {
        Assert.Throws<ArgumentException>(() => new CacheFolder("/c").Blob(hash));
        Assert.Throws<ArgumentException>(() => new CacheFolder("/c").Result(hash));
    }
}
