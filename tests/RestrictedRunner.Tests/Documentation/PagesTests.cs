using System.Text.RegularExpressions;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Documentation;

public partial class PagesTests
{
    // What both packages hold of it.
    private static readonly string[] Packed = [.. Page.All.Select(page => page.Path).Where(path => path != "CONTRIBUTING.md"), "LICENSE"];

    public static TheoryData<string> Paths => [.. Page.All.Select(page => page.Path)];

    public static TheoryData<string> ForUsers => [.. Page.All.Select(page => page.Path).Where(path => path == "README.md" || path.StartsWith("docs/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_link_leads_to_a_file_and_a_heading_of_it(string path)
    {
        var page = Page.At(path);

        var broken = page.Links.Where(link => !link.StartsWith("https://", StringComparison.Ordinal) && !LeadsSomewhere(path, link));

        Assert.Empty(broken);
    }

    // NuGet shows the README without the repository, and a user may read the pages in the package's folder.
    [Fact]
    public void Pages_of_the_package_link_to_nothing_that_it_does_not_hold() =>
        Assert.All(Page.All.Where(page => Packed.Contains(page.Path)), page => Assert.Subset(
            Packed.ToHashSet(),
            page.Links.Where(link => !link.StartsWith("https://", StringComparison.Ordinal)).Select(link => Target(page.Path, link).File).ToHashSet()));

    [Fact]
    public void The_README_links_to_every_page()
    {
        var linked = Page.At("README.md").Links.Select(link => Target("README.md", link).File);

        Assert.Subset(linked.ToHashSet(), Page.All.Select(page => page.Path).Except(["README.md", "CONTRIBUTING.md"]).ToHashSet());
    }

    [Fact]
    public void The_README_has_at_most_200_lines() => Assert.InRange(Page.At("README.md").Text.Split('\n').Length - 1, 1, 200);

    [Theory]
    [MemberData(nameof(ForUsers))]
    public void A_page_opens_with_one_sentence(string path)
    {
        var opening = Opening().Match(Page.At(path).Text);

        Assert.True(opening.Success);
        Assert.EndsWith(".", opening.Groups["text"].Value, StringComparison.Ordinal);
        Assert.DoesNotMatch("[.!?] [A-Z]", opening.Groups["text"].Value);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void No_two_headings_of_a_page_have_one_name(string path)
    {
        var anchors = Page.At(path).Anchors;

        Assert.NotEmpty(anchors);
        // Those of a changelog are the same under each version.
        Assert.Equal(path == "CHANGELOG.md" ? anchors : anchors.Distinct(), anchors);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Rows_of_a_table_have_as_many_cells_as_each_other(string path) =>
        Assert.All(Page.At(path).Tables, table => Assert.Single(table.Rows.Select(row => row.Count).Distinct()));

    private static bool LeadsSomewhere(string page, string link)
    {
        var (file, anchor) = Target(page, link);
        return anchor.Length == 0 ? Path.Exists(Path.Combine(Repository.Root, file)) : Page.All.Any(other => other.Path == file && other.Anchors.Contains(anchor));
    }

    // The file's path from the repository's folder, and the heading; empty when the link names none.
    private static (string File, string Anchor) Target(string page, string link)
    {
        var parts = link.Split('#', 2);
        var file = parts[0].Length == 0 ? page : HostPaths.Linux.Relative("/", HostPaths.Linux.Full(parts[0], $"/{HostPaths.Linux.Parent(page)}"));
        return (file, parts.Length == 1 ? "" : parts[1]);
    }

    [GeneratedRegex(@"\A# .+\n\n(?<text>.+)\n\n")]
    private static partial Regex Opening();
}
