using System.Reflection;
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

    private static readonly string Targets = string.Concat(new[] { "DockerExecSteps.targets", "StepDefaults.targets" }.Select(file => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file))));

    [Fact]
    public void The_targets_read_each_property_that_is_known_and_no_other() =>
        Assert.Equal(
            StepReader.PropertyNames.Except(NotRead).Order(StringComparer.Ordinal),
            Property().Matches(Targets).Select(match => match.Groups["name"].Value).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Defaults.targets", "DockerExecDefault")]
    [InlineData("StepDefaults.targets", "_DockerExecDefault")]
    public void Each_parameter_has_a_default_from_the_property_that_is_named_after_it(string file, string itemType)
    {
        var defaults = XElement.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file))).Descendants(itemType).Select(item => (Name: item.Attribute("Include")!.Value, Value: item.Attribute("Value")!.Value)).ToList();

        // A task is given the items of its secrets, which a name in a property is not.
        var all = Parameter.All.Keys.Select(name => $"DockerExec{name}").Except(NotRead);
        Assert.Equal(
            (itemType[0] == '_' ? all.Concat(["DockerExecHermetic", "DockerExecWorkers"]) : all.Except(["DockerExecSecrets"])).Order(StringComparer.Ordinal),
            defaults.Select(item => $"DockerExec{item.Name}").Order(StringComparer.Ordinal));
        Assert.All(defaults, item => Assert.Equal($"$(DockerExec{item.Name})", item.Value));
    }

    [Fact]
    public void A_value_of_the_step_wins_over_a_default_for_it()
    {
        var own = GivenValues.Of(new Dictionary<string, GivenValue> { ["Image"] = GivenValue.OfTask("own"), ["AllowNetworking"] = GivenValue.OfTask(true), ["Shell"] = GivenValue.OfTask("sh"), ["CapDrop"] = GivenValue.OfTask(new[] { "ALL" }), ["User"] = GivenValue.OfTask("") });
        var defaults = GivenValues.OfProperties([Default("Image", "i"), Default("AllowNetworking", "false"), Default("Shell", "bash"), Default("CapDrop", "MKNOD"), Default("memory", "1g"), Default("Init", "false"), Default("Timeout", "5"), Default("Mounts", "/a:/a;/b%3Bc:/b"), Default("Pull", ""), Default("User", "me")]);

        var parameters = ParameterReader.Read(own.Or(defaults), "/project", LogFilePlace.At("/log"), Host.Linux);

        var options = parameters.Options;
        Assert.Empty(parameters.Problems);
        Assert.Equal(("own", true, "sh", "1g", false, TimeSpan.FromMilliseconds(5), PullPolicy.Missing, "me"), (options.Image, options.AllowNetworking, options.Shell, options.Memory, options.Init, options.Timeout, options.Pull, options.User));
        Assert.Equal(["ALL"], options.CapDrop);
        Assert.Equal([new("/a", "/a"), new("/b;c", "/b")], options.Mounts);
    }

    [Theory]
    [InlineData("Init", "yes")]
    [InlineData("PidsLimit", "many")]
    [InlineData("Timeout", "1.5")]
    [InlineData("EchoOff", "1")]
    [InlineData("Pull", "often")]
    [InlineData("StandardOutputImportance", "loud")]
    public void A_value_that_the_parameter_cannot_take_is_a_problem(string name, string value)
    {
        var parameters = ParameterReader.Read(GivenValues.OfProperties([Default(name, value)]), "/project", LogFilePlace.At("/log"), Host.Linux);

        Assert.Equal([(name, value)], parameters.Problems.Select(problem => (problem.Parameter, problem.Value)));
    }

    [Fact]
    public void Of_two_defaults_with_one_name_the_last_counts() =>
        Assert.Equal("b", GivenValues.OfProperties([Default("Image", "a"), Default("image", "b"), Default("IMAGE", "")]).Text("Image"));

    [Fact]
    public void Every_option_of_the_runner_is_a_row_of_the_table_with_the_default_that_it_has()
    {
        string[] ofCaller = [nameof(StepOptions.ClientDirectory)];

        Assert.Equal(
            typeof(StepOptions).GetProperties().Select(property => property.Name).Except(ofCaller).Order(StringComparer.Ordinal),
            StepOptions.Table.Select(option => option.Name).Order(StringComparer.Ordinal));
        string[] withValue = ["Shell", "StdOutEncoding", "StdErrEncoding", "Timeout", "StopTimeout", "Pull", "Transfer", "Engine"];
        Assert.Equal(withValue.Order(StringComparer.Ordinal), StepOptions.Table.Where(option => option.Values(new()).Count > 0).Select(option => option.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_task_has_each_parameter_with_the_type_of_the_table()
    {
        var types = new Dictionary<Type, OptionType> { [typeof(string)] = OptionType.Text, [typeof(bool)] = OptionType.Switch, [typeof(int)] = OptionType.Number, [typeof(string[])] = OptionType.List, [typeof(Microsoft.Build.Framework.ITaskItem[])] = OptionType.Items };
        var ofTask = typeof(DockerExec).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(property => property.SetMethod is { IsPublic: true } && property.Name is not (nameof(DockerExec.Outputs) or nameof(DockerExec.Defaults)));

        Assert.Equal(
            Parameter.All.Values.Select(parameter => (parameter.Name, parameter.Type)).OrderBy(parameter => parameter.Name, StringComparer.Ordinal),
            ofTask.Select(property => (property.Name, types[property.PropertyType])).OrderBy(parameter => parameter.Name, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Inputs")]
    [InlineData("Outputs")]
    public void A_path_with_a_NUL_is_a_problem_and_no_path(string metadata)
    {
        var item = new TaskItem("S", new Dictionary<string, string> { [metadata] = "a;b%00*" });

        var step = StepReader.ReadAlone(item, "/project", Host.Linux);

        Assert.Equal(["a"], (metadata == "Inputs" ? step.Inputs.Paths : step.Outputs.Paths).Select(path => path.Text));
        Assert.Equal([(metadata, "b\0*")], step.Parameters.Problems.Select(problem => (problem.Parameter, problem.Value)));
    }

    [Theory]
    [InlineData("!a.txt")]
    [InlineData("*.txt")]
    [InlineData("a;b.txt")]
    public void Standard_input_is_an_input_whatever_characters_its_name_has(string name)
    {
        var item = new TaskItem("S", new Dictionary<string, string> { ["Inputs"] = "b", ["StandardInput"] = EscapedText.Escape(name) });

        var inputs = StepReader.ReadAlone(item, "/project", Host.Linux).Inputs;

        Assert.Equal(["/project/b", $"/project/{name}"], inputs.Named);
        Assert.Empty(inputs.Exclusions);
    }

    [Fact]
    public void A_standard_input_with_a_NUL_is_a_problem_and_no_path()
    {
        var step = StepReader.ReadAlone(new TaskItem("S", new Dictionary<string, string> { ["StandardInput"] = "b%00" }), "/project", Host.Linux);

        Assert.Empty(step.Inputs.Paths);
        Assert.Contains(step.Parameters.Problems.Concat(StepOptionRules.Check(step.Parameters.Options)), problem => problem.Parameter == "StandardInput");
    }

    private static TaskItem Default(string name, string value) => new(name, new Dictionary<string, string> { ["Value"] = value });

    [GeneratedRegex(@"\$\((?<name>DockerExec\w+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Property();
}
