using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace RestrictedRunner.Build;

/// <summary>Says what a step is, for its key.</summary>
internal static class StepActions
{
    // These decide where, when or how noisily a step runs, but not what comes out of it.
    private static readonly string[] WithoutEffect =
    [
        nameof(StepOptions.Engine), nameof(StepOptions.Pull), nameof(StepOptions.ClientDirectory), nameof(StepOptions.StopTimeout), nameof(StepOptions.Labels),
    ];

    // These have a place of their own in the action.
    private static readonly string[] ElsewhereInTheAction =
    [
        nameof(StepOptions.Image), nameof(StepOptions.Command), nameof(StepOptions.PrepareCommand), nameof(StepOptions.Shell),
        nameof(StepOptions.Arguments), nameof(StepOptions.EnvironmentVariables), nameof(StepOptions.Timeout),
    ];

    // These decide what of the log or the exit code is a failure, and so whether there is a result at all.
    private static readonly string[] OfSuccess =
    [
        nameof(DockerExec.IgnoreExitCode), nameof(DockerExec.LogStandardErrorAsError), nameof(DockerExec.CustomErrorRegularExpression),
        nameof(DockerExec.CustomWarningRegularExpression), nameof(DockerExec.IgnoreStandardErrorWarningFormat), nameof(DockerExec.ErrorFormats),
    ];

    private static readonly PropertyInfo[] Properties =
    [
        .. typeof(StepOptions).GetProperties().Where(property => !WithoutEffect.Contains(property.Name) && !ElsewhereInTheAction.Contains(property.Name) && property.Name != "EqualityContract"),
    ];

    private static readonly Dictionary<string, string> Defaults = Properties.ToDictionary(property => property.Name, property => Text(property.GetValue(new StepOptions()), ""));

    /// <summary>All that the result depends on, except what is in the inputs.</summary>
    /// <param name="step">The step.</param>
    /// <param name="options">Its options, which are valid, with the mounts that the user gave.</param>
    /// <param name="image">Digest or id of the image, or its name where that is not looked up.</param>
    /// <param name="start">Folder of the project in the tree of inputs.</param>
    /// <param name="projectDirectory">Host paths below it count by their name from there, so that the folder of the checkout does not.</param>
    public static StepAction Of(DeclaredStep step, StepOptions options, string image, string start, string projectDirectory)
    {
        var plan = CommandPlan.For(options);
        var relative = options with { StandardInput = options.StandardInput.Length > 0 ? Path.GetRelativePath(projectDirectory, options.StandardInput) : "" };
        return new()
        {
            Arguments = plan.Script is null ? plan.Words : [.. plan.Words, plan.Script],
            EnvironmentVariables = options.EnvironmentVariables,
            WorkingDirectory = start,
            OutputPaths = step.OutputsFrom(projectDirectory),
            Image = image,
            Timeout = options.Timeout,
            Properties =
            [
                new("hermetic", step.Hermetic ? "true" : "false"),
                .. OfSuccess.Where(step.Parameters.ContainsKey).Select(name => new KeyValuePair<string, string>(name, step.Parameters[name])),
                .. Properties
                    .Select(property => new KeyValuePair<string, string>(property.Name, Text(property.GetValue(relative), projectDirectory)))
                    .Where(property => property.Value != Defaults[property.Key]),
            ],
        };
    }

    private static string Text(object? value, string projectDirectory) => value switch
    {
        null => "",
        string text => text,
        Encoding encoding => encoding.WebName,
        Mount mount => List([Path.GetRelativePath(projectDirectory, mount.HostPath), mount.ContainerPath, mount.ReadOnly ? "ro" : "rw"]),

        // One value, because the order counts: the last of two flags that contradict each other wins.
        IEnumerable list => List(list.Cast<object>().Select(item => Text(item, projectDirectory))),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    // Two lists are never one text: no item has a colon of its own, and each ends with one.
    private static string List(IEnumerable<string> items) => string.Concat(items.Select(item => $"{Uri.EscapeDataString(item)}:"));
}
