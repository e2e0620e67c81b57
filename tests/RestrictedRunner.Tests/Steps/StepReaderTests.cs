using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public partial class StepReaderTests
{
    // Without effect on a declared step, whose output no target reads.
    private static readonly string[] NotRead =
        ["DockerExecConsoleToMSBuild", "DockerExecUseCommandProcessor", "DockerExecUseUtf8Encoding", "DockerExecYieldDuringToolExecution"];

    private static readonly string Targets = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "DockerExecSteps.targets"));

    [Fact]
    public void The_targets_read_each_property_that_is_known_and_no_other() =>
        Assert.Equal(
            StepReader.PropertyNames.Except(NotRead).Order(StringComparer.Ordinal),
            Property().Matches(Targets).Select(match => match.Groups["name"].Value).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void A_default_is_of_the_parameter_that_its_property_names()
    {
        var defaults = XElement.Parse(Targets).Descendants("_DockerExecDefault").ToList();

        Assert.NotEmpty(defaults);
        Assert.All(defaults, item => Assert.Equal($"$(DockerExec{item.Attribute("Include")?.Value})", item.Attribute("Value")?.Value));
    }

    [Theory]
    [InlineData("Inputs")]
    [InlineData("Outputs")]
    public void A_path_with_a_NUL_is_a_problem_and_no_path(string metadata)
    {
        var item = new TaskItem("S", new Dictionary<string, string> { [metadata] = "a;b%00*" });

        var step = StepReader.Read(item, new Dictionary<string, string>(), new StepLines(), (_, _) => { });

        Assert.Equal(["a"], metadata == "Inputs" ? step.Inputs : step.Outputs);
        Assert.Equal([(metadata, "b\0*")], step.Problems.Select(problem => (problem.Parameter, problem.Value)));
    }

    [GeneratedRegex(@"\$\((?<name>DockerExec\w+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Property();
}
