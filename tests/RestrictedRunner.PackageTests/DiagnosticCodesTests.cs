using System.Text.RegularExpressions;

namespace RestrictedRunner.PackageTests;

public partial class DiagnosticCodesTests
{
    private static readonly string[] Sources = ["src/RestrictedRunner", "src/RestrictedRunner.Build", "build/package"];

    [Fact]
    public void Every_code_is_used_in_one_place()
    {
        var codes = QuotedCodes();

        Assert.NotEmpty(codes);
        Assert.Equal(codes.Distinct(), codes);
    }

    [Fact]
    public void The_README_explains_every_code_and_no_other()
    {
        var readme = File.ReadAllText(Path.Combine(TestRun.RepositoryRoot, "README.md"));

        Assert.Equal(QuotedCodes().Order(), ExplainedCode().Matches(readme).Select(match => match.Groups["code"].Value).Order());
        Assert.Subset(QuotedCodes().ToHashSet(), AnyCode().Matches(readme).Select(match => match.Value).ToHashSet());
    }

    private static IReadOnlyList<string> QuotedCodes() =>
    [
        .. from source in Sources
           from file in Directory.EnumerateFiles(Path.Combine(TestRun.RepositoryRoot, source), "*", SearchOption.AllDirectories)
           where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal) || file.EndsWith(".props", StringComparison.Ordinal)
           where !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)
           from Match match in QuotedCode().Matches(File.ReadAllText(file))
           select match.Groups["code"].Value,
    ];

    [GeneratedRegex("\"(?<code>RRB[0-9]{4})\"")]
    private static partial Regex QuotedCode();

    // A heading, or the first cell of a table's row.
    [GeneratedRegex(@"^(#+ .*?|\| *[`*]*)(?<code>RRB[0-9]{4})", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ExplainedCode();

    [GeneratedRegex("RRB[0-9]{4}")]
    private static partial Regex AnyCode();
}
