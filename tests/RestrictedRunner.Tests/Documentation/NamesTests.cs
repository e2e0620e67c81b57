using System.Reflection;
using System.Text.RegularExpressions;
using RestrictedRunner.Build;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Documentation;

/// <summary>Every name that a user may type is where the user looks it up, and no other name is there.</summary>
public partial class NamesTests
{
    private const string DeclaredSteps = "docs/declared-steps.md";

    private static readonly string[] Parameters =
        [.. typeof(DockerExec).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Select(property => property.Name)];

    private static readonly string[] Metadata = [.. StepReader.MetadataNames.Except(Parameters.Except(["Outputs"]))];

    private static readonly string[] Defaults = [.. Parameters.Concat(["Hermetic", "Workers"]).Select(name => $"DockerExec{name}")];

    private static readonly string PackageFiles =
        string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "build/package"), "*.targets").Select(File.ReadAllText));

    private static readonly string[] Properties = [.. Named(Property()).Except(Defaults)];

    private static readonly string[] Items = [.. Named(Item())];

    private static readonly string[] Targets = [.. Named(Target())];

    [Fact]
    public void Every_parameter_of_the_task_is_in_one_table_of_parameters() =>
        AssertSame(Parameters, Page.At("docs/parameters.md").Tables.SelectMany(table => table.Names));

    [Fact]
    public void A_row_of_the_parameters_has_the_flags_of_the_table_of_options()
    {
        var rows = Page.At("docs/parameters.md").Tables.Single(table => table.Heading == "What the step may do").Rows;

        Assert.All(StepOptions.Table.Where(option => option.Flag.Length > 0), option =>
            Assert.Contains($"`{option.Flag}`", string.Concat(rows.Single(row => row[0].Contains($"`{option.Name}`", StringComparison.Ordinal))), StringComparison.Ordinal));
    }

    [Fact]
    public void The_parameters_of_the_README_are_a_dozen_of_these()
    {
        var names = InTable("README.md", "Parameters that most steps need").ToList();

        Assert.Equal(12, names.Distinct().Count());
        Assert.Subset(Parameters.ToHashSet(), names.ToHashSet());
    }

    [Fact]
    public void Every_metadata_that_is_no_parameter_is_in_its_table() => AssertSame(Metadata, InTable(DeclaredSteps, "Metadata"));

    [Fact]
    public void Every_property_that_is_no_default_is_in_its_table() =>
        AssertSame(Properties, InTable(DeclaredSteps, "Properties").Except([.. Defaults, "DockerExec"]));

    [Fact]
    public void Every_item_is_in_its_table() => AssertSame(Items, InTable(DeclaredSteps, "Items"));

    [Fact]
    public void Every_target_is_in_its_table() => AssertSame(Targets, InTable(DeclaredSteps, "Targets"));

    [Fact]
    public void Whatever_looks_like_a_name_of_ours_is_one() =>
        Assert.All(Page.All.Where(page => page.Path != "CONTRIBUTING.md"), page => Assert.Subset(
            new HashSet<string>([.. Defaults, .. Properties, .. Items, .. Targets]),
            OfOurs().Matches(page.Text).Select(match => match.Value).ToHashSet()));

    private static void AssertSame(IReadOnlyCollection<string> expected, IEnumerable<string> documented)
    {
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> InTable(string page, string heading) => Page.At(page).Tables.Single(table => table.Heading == heading).Names;

    private static IEnumerable<string> Named(Regex form) => form.Matches(PackageFiles).Select(match => match.Groups["name"].Value).Distinct();

    [GeneratedRegex(@"\$\((?<name>DockerExec\w+)\)")]
    private static partial Regex Property();

    [GeneratedRegex(@"(@\(|<(?=\w+ Include=))(?<name>Docker\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Item();

    [GeneratedRegex("""<Target Name="(?<name>[^_"]\w*)""")]
    private static partial Regex Target();

    [GeneratedRegex(@"\bDockerExec[A-Z]\w+")]
    private static partial Regex OfOurs();
}
