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

    [Fact]
    public void The_defaults_of_tasks_are_those_of_declared_steps()
    {
        var ofTasks = XElement.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Defaults.targets"))).Descendants("DockerExecDefault");
        var ofSteps = XElement.Parse(Targets).Descendants("_DockerExecDefault").Where(item => item.Attribute("Include")?.Value != "Hermetic");

        Assert.Equal(ofSteps.Select(Attributes), ofTasks.Select(Attributes));

        static string Attributes(XElement item) => string.Join(' ', item.Attributes());
    }

    [Fact]
    public void A_task_takes_those_defaults_that_it_has_no_value_of_its_own_for()
    {
        using var task = new DockerExec
        {
            Image = "own",
            AllowNetworking = true,
            Shell = "sh",
            CapDrop = ["ALL"],
            Defaults = [Default("Image", "i"), Default("AllowNetworking", "false"), Default("Shell", "bash"), Default("CapDrop", "MKNOD"), Default("memory", "1g"), Default("Init", "false"), Default("Timeout", "5"), Default("Mounts", "/a:/a;/b%3Bc:/b"), Default("Pull", "")],
        };

        StepReader.Complete(task, problem => Assert.Fail(problem.Reason));

        Assert.Equal(("own", true, "sh", "1g", false, 5, "missing"), (task.Image, task.AllowNetworking, task.Shell, task.Memory, task.Init, task.Timeout, task.Pull));
        Assert.Equal(["ALL"], task.CapDrop);
        Assert.Equal(["/a:/a", "/b;c:/b"], task.Mounts.Select(mount => mount.ItemSpec));
    }

    [Theory]
    [InlineData("Imgae", "x", "Defaults", "Imgae")]
    [InlineData("Init", "yes", "Init", "yes")]
    public void A_default_that_no_parameter_can_take_is_a_problem(string name, string value, string parameter, string shown)
    {
        using var task = new DockerExec { Defaults = [Default(name, value)] };
        var problems = new List<OptionProblem>();

        StepReader.Complete(task, problems.Add);

        Assert.Equal((parameter, shown), (Assert.Single(problems).Parameter, problems[0].Value));
    }

    [Fact]
    public void Of_two_defaults_with_one_name_the_last_counts()
    {
        using var task = new DockerExec { Defaults = [Default("Image", "a"), Default("image", "b")] };

        StepReader.Complete(task, problem => Assert.Fail(problem.Reason));

        Assert.Equal("b", task.Image);
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

    private static TaskItem Default(string name, string value) => new(name, new Dictionary<string, string> { ["Value"] = value });

    [GeneratedRegex(@"\$\((?<name>DockerExec\w+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Property();
}
