using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>What the warning says of an input that stands for no file.</summary>
public sealed class NearInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("test-").FullName;

    public NearInputTests()
    {
        foreach (var path in new[] { "protos/stable/a.proto", "src/Main.cs", "src/b.cs", "src/c.md", "src/d.md", ".github/workflows/ci.yml", "obj/gen.txt" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, path))!);
            File.WriteAllText(Path.Combine(_folder, path), "text");
        }

        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("proto/*.proto", "There is no folder 'proto'; is 'protos' meant?")]
    [InlineData("protos/table/*.proto", "There is no folder 'protos/table'; is 'protos/stable' meant?")]
    [InlineData("nothing/like/it/*", "There is no folder 'nothing'.")]
    [InlineData("../nothing-like-it/*", "There is no folder '../nothing-like-it'.")]
    [InlineData("**/stabel/*.proto", "Is '**/stable/*.proto' meant?")]
    [InlineData("protos/**/*.prot", "Is 'protos/**/*.proto' meant?")]
    [InlineData("protos/*.proto", "'protos' has 'stable'.")]
    [InlineData("src/x*", "'src' has 'Main.cs', 'b.cs', 'c.md' and more.")]
    [InlineData("empty/", "'empty' is empty.")]
    [InlineData("empty/*", "'empty' is empty.")]
    public void It_names_what_is_beside_it(string input, string text) => Assert.Equal(text, NearInput.Of(DeclaredPath.Input(Here.Paths, input, _folder), _folder));

    [Theory]
    [InlineData("Protos/**/*.proto", "There is no folder 'Protos'; is 'protos' meant?")]
    [InlineData("*/Stable/*.proto", "Is '*/stable/*.proto' meant?")]
    public void It_names_what_differs_in_case_where_that_counts(string input, string text)
    {
        if (Here.Host.At(Path.Combine(_folder, "protos")).Paths.IgnoresCase)
        {
            Assert.Empty(InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, [input])).Missing);
        }
        else
        {
            Assert.Equal(text, NearInput.Of(DeclaredPath.Input(Here.Paths, input, _folder), _folder));
        }
    }

    [Theory]
    [InlineData("**/workflows/*.yml", ".github/workflows/ci.yml")]
    [InlineData("**/*.yml", ".github/workflows/ci.yml")]
    [InlineData("**/gen.txt", "obj/gen.txt")]
    [InlineData("src/*.md", "src/c.md")]
    public void It_names_what_is_there_and_left_out(string input, string file) =>
        Assert.StartsWith($"It does not stand for '{file}': ", NearInput.Of(DeclaredPath.Input(Here.Paths, input, _folder), _folder), StringComparison.Ordinal);
}
