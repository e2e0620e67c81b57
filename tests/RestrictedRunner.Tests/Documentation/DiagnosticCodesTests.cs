using System.Text.RegularExpressions;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Documentation;

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
    public void The_list_of_diagnostics_has_a_row_for_every_code_and_no_other()
    {
        var rows = Page.At("docs/diagnostics.md").Tables.SelectMany(table => table.Rows).ToList();

        Assert.Equal(QuotedCodes().Order(), rows.Select(row => row[0]));
        Assert.All(rows, row => Assert.Equal(3, row.Count(cell => cell.Length > 0)));
    }

    [Fact]
    public void No_page_names_a_code_that_there_is_not() =>
        Assert.Subset(QuotedCodes().ToHashSet(), Page.All.SelectMany(page => AnyCode().Matches(page.Text)).Select(match => match.Value).ToHashSet());

    private static IReadOnlyList<string> QuotedCodes() =>
    [
        .. from source in Sources
           from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, source), "*", SearchOption.AllDirectories)
           where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".targets", StringComparison.Ordinal) || file.EndsWith(".props", StringComparison.Ordinal)
           where !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)
           from Match match in QuotedCode().Matches(File.ReadAllText(file))
           select match.Groups["code"].Value,
    ];

    [GeneratedRegex("\"(?<code>RRB[0-9]{4})\"")]
    private static partial Regex QuotedCode();

    [GeneratedRegex("RRB[0-9]{4}")]
    private static partial Regex AnyCode();
}
