using CsCheck;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Tests;

public sealed class NetrcTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;

    [Theory]
    [InlineData("machine h login u password p", "u", "p")]
    [InlineData("machine other login x password y\nmachine h\n  login u\n  password p\n", "u", "p")]
    [InlineData("machine h login u password p\nmachine h login v password q", "u", "p")]
    [InlineData("machine H password p login u account a", "u", "p")]
    [InlineData("default login u password p", "u", "p")]
    [InlineData("machine h login u password p\r\ndefault login x password y\r\n", "u", "p")]
    [InlineData("# machine h login no password no\nmachine h login u password p", "u", "p")]
    [InlineData("macdef init\nmachine h login no password no\n\nmachine h login u password p", "u", "p")]
    [InlineData("machine h login \"u v\" password \"a\\\"b\\\\c\"", "u v", "a\"b\\c")]
    [InlineData("machine h login u password p\\q", "u", "p\\q")]
    [InlineData("machine h login u password p#q", "u", "p#q")]
    [InlineData("machine h login u", "u", "")]
    [InlineData("machine h login u password", "u", "")]
    public void The_user_of_a_machine_is_found(string text, string user, string password) => Assert.Equal(new(user, password), Netrc.Read(text, "h"));

    [Theory]
    [InlineData("")]
    [InlineData("machine")]
    [InlineData("machine other login u password p")]
    [InlineData("machine other login machine password h")]
    [InlineData("h login u password p")]
    public void Another_machine_s_is_not(string text) => Assert.Null(Netrc.Read(text, "h"));

    [Fact]
    public void Any_user_and_password_can_be_written_down_in_quotes() =>
        Gen.Select(Gen.String[Gen.Char[' ', '\u00ff'], 1, 20], Gen.String[Gen.Char[' ', '\u00ff'], 0, 20]).Sample((user, password) =>
            Assert.Equal(new(user, password), Netrc.Read($"machine other login x password y machine h login {Quoted(user)} password {Quoted(password)} machine z login a password b", "h")));

    [Fact]
    public void No_text_is_read_without_an_end_or_an_error() =>
        Gen.OneOf(Gen.Const("machine"), Gen.Const("h"), Gen.Const("login"), Gen.Const("\""), Gen.Const("\\"), Gen.Const("\n"), Gen.Const("macdef"), Gen.Const("default"), Gen.Const("#"), Gen.Const(" "), Gen.String)
            .Array[0, 20].Sample(words => Netrc.Read(string.Join(' ', words), "h"));

    [Fact]
    public void The_file_is_the_one_that_NETRC_names_or_is_at_home()
    {
        File.WriteAllText(Path.Combine(_folder, ".netrc"), "machine h login home password p");
        File.WriteAllText(Path.Combine(_folder, "_netrc"), "machine h login windows password p");
        File.WriteAllText(Path.Combine(_folder, "named"), "machine h login named password p");

        Assert.Equal("home", Netrc.Find("h", Host.Linux with { Variable = name => name == "HOME" ? _folder : null })?.Key);
        Assert.Equal("named", Netrc.Find("h", Host.Linux with { Variable = name => name == "HOME" ? _folder : name == "NETRC" ? Path.Combine(_folder, "named") : null })?.Key);
        Assert.Null(Netrc.Find("h", Host.Linux with { Variable = name => name == "NETRC" ? Path.Combine(_folder, "absent") : name == "HOME" ? _folder : null }));
        Assert.Null(Netrc.Find("h", Host.Linux));
        Assert.Equal("home", Netrc.Find("h", Host.Linux with { UserFolder = _folder })?.Key);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
