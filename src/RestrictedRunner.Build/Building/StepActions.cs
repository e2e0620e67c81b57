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
                .. plan.Script is null ? Array.Empty<ActionProperty>() : [new("script", "true")],
                // On such a host a step sees other modes than those in the tree of its inputs, where nothing is executable.
                .. host.HasExecutableBit ? Array.Empty<ActionProperty>() : [new("executable-bit", "none")],
                new("hermetic", step.Hermetic ? "true" : "false"),
                .. Parameter.All.Values.Where(parameter => parameter.DecidesSuccess && step.Given.Has(parameter.Name)).Select(parameter => new ActionProperty(parameter.Name, step.Given.Text(parameter.Name))),
                .. OfContainer(options, host.Paths, projectDirectory).Where(property => property.Value.Length > 0),
            ],
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
