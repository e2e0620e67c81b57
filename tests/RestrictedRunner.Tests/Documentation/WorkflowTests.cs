using System.Text.RegularExpressions;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Documentation;

public partial class WorkflowTests
{
    private static readonly string Workflow = File.ReadAllText(Path.Combine(Repository.Root, ".github/workflows/ci.yml"));

    // So that whoever has a clone can do what it does.
    [Fact]
    public void The_workflow_runs_the_two_scripts_and_nothing_else() =>
        Assert.Equal(["build/demo.sh", "build/test.sh", "build/test.sh --fast", "build/test.sh --no-engine"], Command().Matches(Workflow).Select(match => match.Groups["text"].Value));

    [Fact]
    public void The_workflow_keeps_the_packages() => Assert.Contains("path: artifacts/packages/", Workflow, StringComparison.Ordinal);

    [GeneratedRegex(@"\brun: *(?<text>.*)")]
    private static partial Regex Command();
}
