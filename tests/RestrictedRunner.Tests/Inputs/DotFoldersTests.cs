using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>The globs of the .NET SDK leave out folders whose names begin with a dot, and no files.</summary>
public sealed class DotFoldersTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("test-").FullName;
    private readonly string _folder;

    public DotFoldersTests()
    {
        _folder = Directory.CreateDirectory(Path.Combine(_parent, "project")).FullName;
        foreach (var path in new[] { "a.txt", ".dot.txt", ".git/HEAD.txt", "src/.vs/v.txt", "src/b.txt", ".config/c.txt", ".config/.cache/d.txt", "../.git/e.txt", "../f.txt" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path, _folder))!);
            File.WriteAllText(Path.GetFullPath(path, _folder), "text");
        }
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Theory]
    [InlineData("**", ".dot.txt a.txt src/b.txt")]
    [InlineData("**/*", ".dot.txt a.txt src/b.txt")]
    [InlineData("**/*.txt", ".dot.txt a.txt src/b.txt")]
    [InlineData("*/*.txt", "src/b.txt")]
    [InlineData("?git/*", "")]
    [InlineData("src/**", "src/b.txt")]
    [InlineData("../**", "../f.txt .dot.txt a.txt src/b.txt")]
    public void A_glob_leaves_them_out(string input, string files) => Assert.Equal(files, Paths(input));

    [Theory]
    [InlineData(".config/**", ".config/c.txt")]
    [InlineData(".config/*", ".config/c.txt")]
    [InlineData(".config/.cache/**", ".config/.cache/d.txt")]
    [InlineData("**/.vs/*", "src/.vs/v.txt")]
    [InlineData("**/.v*/**", "src/.vs/v.txt")]
    [InlineData(".*/*.txt", ".config/c.txt .git/HEAD.txt")]
    [InlineData("../.git/*", "../.git/e.txt")]
    [InlineData(".git/HEAD.txt", ".git/HEAD.txt")]
    public void Unless_it_starts_there_or_names_them(string input, string files) => Assert.Equal(files, Paths(input));

    [Theory]
    [InlineData("src", "src/.vs/v.txt src/b.txt")]
    [InlineData("src/", "src/.vs/v.txt src/b.txt")]
    [InlineData(".config", ".config/.cache/d.txt .config/c.txt")]
    public void A_folder_that_is_named_is_all_that_is_in_it(string input, string files) => Assert.Equal(files, Paths(input));

    [Theory]
    [InlineData(".", ".dot.txt a.txt src/b.txt")]
    [InlineData("./", ".dot.txt a.txt src/b.txt")]
    [InlineData("../", "../f.txt .dot.txt a.txt src/b.txt")]
    public void The_projects_own_and_those_that_it_is_in_are_without_them(string input, string files) => Assert.Equal(files, Paths(input));

    [Fact]
    public void What_is_left_out_is_left_out_there_too()
    {
        Assert.Equal(".config/c.txt", Paths(".config", "!**/d.*"));
        Assert.Equal("src/b.txt", Paths("src/", "!**/.vs"));
    }

    [Theory]
    [InlineData(".gen/a.txt", "**", false)]
    [InlineData(".gen/a.txt", "./", false)]
    [InlineData(".gen/", "**/*.txt", false)]
    [InlineData("sub/.gen/a.txt", "sub/**", false)]
    [InlineData("sub/.gen/a.txt", "sub/", true)]
    [InlineData(".gen/a.txt", ".gen/*", true)]
    [InlineData(".gen/a.txt", "**/.gen/*.txt", true)]
    [InlineData(".gen/", ".*/*.txt", true)]
    [InlineData("gen/.a.txt", "**", true)]
    [InlineData(".gen/**", ".gen/**", true)]
    public void A_step_waits_for_one_that_writes_there_only_if_it_reads_it(string output, string input, bool waits)
    {
        var reader = new DeclaredStep("reader", new("", static () => 0)) { Inputs = DeclaredInputs.Of(Here.Paths, _folder, [input]) };
        var writer = new DeclaredStep("writer", new("", static () => 0)) { Outputs = DeclaredOutputs.Of(Here.Paths, _folder, [output]) };

        var graph = StepGraph.Of([reader, writer], (_, problem) => Assert.Fail(problem.ToString()));

        Assert.Equal(waits ? ["writer"] : [], graph!.Before["reader"]);
    }

    [Fact]
    public void Outputs_are_all_that_a_glob_matches() =>
        Assert.Equal([".config/.cache/d.txt", ".config/c.txt"], InputFiles.FindOutputs(Here.Paths, _folder, [Glob.Parse(Here.Paths, "**/?.txt", _folder), Glob.Parse(Here.Paths, "src/x*", _folder)], followsLinks: false).Files.Select(file => file.Path).Where(path => path.StartsWith(".config", StringComparison.Ordinal)));

    private string Paths(params string[] declared) =>
        string.Join(' ', InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, declared)).Files.Select(file => file.Path).Order(StringComparer.Ordinal));
}
