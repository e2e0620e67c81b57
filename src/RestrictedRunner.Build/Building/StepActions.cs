using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Building;

/// <summary>Says what a step is, for its key.</summary>
internal static class StepActions
{
    private const string Script = "script";
    private const string ExecutableBit = "executable-bit";
    private const string Hermetic = "hermetic";

    /// <summary>All that the result depends on, except what is in the inputs.</summary>
    /// <param name="step">The step.</param>
    /// <param name="options">Its options, which are valid, with the mounts that the user gave.</param>
    /// <param name="image">Digest or id of the image, or its name where that is not looked up.</param>
    /// <param name="start">Folder of the project in the tree of inputs.</param>
    /// <param name="host">The machine that builds.</param>
    /// <param name="projectDirectory">Host paths below it count by their name from there, so that the folder of the checkout does not.</param>
    public static StepAction Of(DeclaredStep step, StepOptions options, string image, string start, Host host, string projectDirectory)
    {
        var plan = CommandPlan.For(options);
        return new()
        {
            Arguments = plan.Script is null ? plan.Words : [.. plan.Words, plan.Script],
            EnvironmentVariables = options.EnvironmentVariables,
            WorkingDirectory = start,
            OutputPaths = step.Outputs.RelativeTexts,
            Image = image,
            Timeout = options.Timeout,
            Properties =
            [
                // The text of a script is no argument of its shell, though it stands among them.
                .. plan.Script is null ? Array.Empty<ActionProperty>() : [new(Script, "true")],
                // On such a host a step sees other modes than those in the tree of its inputs, where nothing is executable.
                .. host.HasExecutableBit ? Array.Empty<ActionProperty>() : [new(ExecutableBit, "none")],
                // Without it, the same step has read what nobody knows of.
                .. step.Outputs.DependencyFile is { } file ? new ActionProperty[] { new(nameof(step.Outputs.DependencyFile), step.Outputs.RelativeText(file)) } : [],
                new(Hermetic, step.Hermetic ? "true" : "false"),
                .. Parameter.All.Values.Where(parameter => parameter.DecidesSuccess && step.Given.Has(parameter.Name)).Select(parameter => new ActionProperty(parameter.Name, step.Given.Text(parameter.Name))),
                .. OfContainer(options, host.Paths, projectDirectory).Where(property => property.Value.Length > 0),
            ],
        };
    }

    /// <summary>The same by the names that a user gives to the parts, to say which of them has changed.</summary>
    /// <param name="action">What the step is.</param>
    /// <param name="options">Its options.</param>
    public static KeyParts PartsOf(StepAction action, StepOptions options)
    {
        var ofCommand = StepOptions.Table
            .Where(option => option.Key == KeyPart.OfAction && option.Name is not (nameof(options.Image) or nameof(options.EnvironmentVariables)))
            .Select(option => KeyValuePair.Create(option.Name, List(option.Values(options))));
        var others = action.Properties
            .Where(property => property.Name is not (Script or ExecutableBit))
            .GroupBy(property => property.Name, (name, properties) => KeyValuePair.Create(name == Hermetic ? nameof(DeclaredStep.Hermetic) : name, List(properties.Select(property => property.Value))));
        return new()
        {
            Image = action.Image,
            Version = action.Salt,
            Parameters = ofCommand.Concat(others).Append(KeyValuePair.Create(nameof(DeclaredStep.Outputs), List(action.OutputPaths))).ToDictionary(),
            Variables = action.EnvironmentVariables.GroupBy(variable => variable.Name).ToDictionary(variables => variables.Key, variables => variables.Last().Value),
        };
    }

    // A value that is the default is empty, so that a new option changes no key.
    private static IEnumerable<ActionProperty> OfContainer(StepOptions options, HostPaths host, string projectDirectory) =>
        from option in StepOptions.Table
        where option.Key == KeyPart.Property
        select new ActionProperty(option.Name, option.Name switch
        {
            nameof(options.Mounts) => List(options.Mounts.Select(mount => List([host.Relative(projectDirectory, mount.HostPath), mount.ContainerPath, mount.ReadOnly ? "ro" : "rw"]))),
            nameof(options.StandardInput) => options.StandardInput.Length == 0 ? "" : host.Relative(projectDirectory, options.StandardInput),
            _ when option.Type == OptionType.List => List(option.Values(options)),
            _ => option.Values(options).FirstOrDefault(""),
        });

    // One value, because the order counts: the last of two flags that contradict each other wins. Two lists are never one
    // text: no item has a colon of its own, and each ends with one.
    private static string List(IEnumerable<string> items) => string.Concat(items.Select(item => $"{Uri.EscapeDataString(item)}:"));
}
