using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

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

    private static readonly PropertyInfo[] Properties =
    [
        .. typeof(StepOptions).GetProperties().Where(property => !WithoutEffect.Contains(property.Name) && !ElsewhereInTheAction.Contains(property.Name) && property.Name != "EqualityContract"),
    ];

    private static readonly StepOptions Defaults = new();

    /// <summary>All that the result depends on, except what is in the inputs.</summary>
    /// <param name="options">Valid options, with the mounts that the user gave.</param>
    /// <param name="image">Digest or id of the image, or its name where that is not looked up.</param>
    /// <param name="start">Folder of the project in the tree of inputs.</param>
    /// <param name="outputs">Declared outputs, relative to the project.</param>
    /// <param name="hermetic">True for a step that sees only what it declares.</param>
    /// <param name="projectDirectory">Host paths below it count by their name from there, so that the folder of the checkout does not.</param>
    public static StepAction Of(StepOptions options, string image, string start, IReadOnlyList<string> outputs, bool hermetic, string projectDirectory)
    {
        var plan = CommandPlan.For(options);
        var relative = options with { StandardInput = options.StandardInput.Length > 0 ? Path.GetRelativePath(projectDirectory, options.StandardInput) : "" };
        return new()
        {
            Arguments = plan.Script is null ? plan.Words : [.. plan.Words, plan.Script],
            EnvironmentVariables = options.EnvironmentVariables,
            WorkingDirectory = start,
            OutputPaths = outputs,
            Image = image,
            Timeout = options.Timeout,
            Properties =
            [
                new("hermetic", hermetic ? "true" : "false"),
                .. Properties
                    .Select(property => new KeyValuePair<string, string>(property.Name, Text(property.GetValue(relative), projectDirectory)))
                    .Zip(Properties.Select(property => Text(property.GetValue(Defaults), projectDirectory)))
                    .Where(property => property.First.Value != property.Second)
                    .Select(property => property.First),
            ],
        };
    }

    private static string Text(object? value, string projectDirectory) => value switch
    {
        null => "",
        string text => text,
        Encoding encoding => encoding.WebName,
        Mount mount => JsonSerializer.Serialize(new[] { Path.GetRelativePath(projectDirectory, mount.HostPath), mount.ContainerPath, mount.ReadOnly ? "ro" : "rw" }),

        // One value, because the order counts: the last of two flags that contradict each other wins.
        IEnumerable list => JsonSerializer.Serialize(list.Cast<object>().Select(item => Text(item, projectDirectory))),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
