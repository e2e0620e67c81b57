using CsCheck;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests;

/// <summary>What is left out of a context, by docker's own client and by us.</summary>
public sealed class DockerignoreTests : IDisposable
{
    private const int Samples = 60;

    private static readonly string[] Tree = ["a", "b", "c.log", "x y", ".hidden", "sub/a", "sub/b", "sub/deep/a", "sub/deep/c.log", "sub/deep/er/b", "sun/a", "*", "a+b"];

    private static readonly Gen<string> Name = Gen.OneOf("a", "b", "sub", "deep", "er", "*", "**", "?", "*.log", "s*", "su[bn]", "[^a]", "c.log", ".", "..", "\\*", "**b", "a+b", ".hidden", "x y", "***", "[a*]", "^a");

    private static readonly Gen<string> Line =
        Gen.Select(Gen.OneOf("", "", "", "!", "!", " ", "! ", "/", "!/", "#"), Name.Array[1, 3], Gen.OneOf("", "", "", "/", " ", "\r"), static (start, names, end) => $"{start}{string.Join('/', names)}{end}");

    private readonly TempFolder _folder = new();

    public DockerignoreTests()
    {
        foreach (var file in Tree)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[file])!);
            _folder.Write(file, "");
        }

        _folder.Write("Dockerfile", "FROM scratch\n");
    }

    [Fact]
    public async Task Whatever_the_file_says_the_client_sends_what_the_key_is_made_of()
    {
        Assert.SkipWhen(Here.Host.IsWindows || !Client.Succeeds("docker", "--version"), "There is no client of docker.");
        await Line.Array[1, 5].SampleAsync(
            async lines =>
            {
                _folder.Write(".dockerignore", string.Join('\n', lines));
                var sent = await SentContext.OfAsync(_folder.Path);
                var counted = Counted();

                Assert.Equal(sent is null, counted is null);

                // The client does not look for exceptions with wildcards in a folder that is left out; newer builders do.
                var mayCountMore = lines.Any(static line => line.TrimStart().StartsWith('!') && line.AsSpan().IndexOfAny("*?[\\") >= 0);
                Assert.Equal([], Without(sent).Except(Without(counted)));
                Assert.True(mayCountMore || !Without(counted).Except(Without(sent)).Any(), string.Join(' ', Without(counted).Except(Without(sent))));
            },
            iter: Samples,
            threads: 1,
            print: static lines => string.Join('\n', lines));
    }

    public void Dispose() => _folder.Dispose();

    // These are sent whatever the file says, and the engine removes them again.
    private static IEnumerable<string> Without(IEnumerable<string>? paths) => (paths ?? []).Where(static path => path is not ("Dockerfile" or ".dockerignore"));

    private IReadOnlyList<string>? Counted()
    {
        try
        {
            return [.. BuildContext.Find(_folder.Path, IgnoreFile.Read(_folder[".dockerignore"], hasBackslashPaths: false)).Files.Select(file => file.Path)];
        }
        catch (IgnorePatternException)
        {
            return null;
        }
    }
}
