using System.Globalization;

namespace RestrictedRunner.Build;

/// <summary>Says what a step is, for its key.</summary>
internal static class StepActions
{
    // These decide what of the log or the exit code is a failure, and so whether there is a result at all.
    private static readonly string[] OfSuccess =
    [
        nameof(DockerExec.IgnoreExitCode), nameof(DockerExec.LogStandardErrorAsError), nameof(DockerExec.CustomErrorRegularExpression),
        nameof(DockerExec.CustomWarningRegularExpression), nameof(DockerExec.IgnoreStandardErrorWarningFormat), nameof(DockerExec.ErrorFormats),
    ];

    /// <summary>All that the result depends on, except what is in the inputs.</summary>
    /// <param name="step">The step.</param>
    /// <param name="options">Its options, which are valid, with the mounts that the user gave.</param>
    /// <param name="image">Digest or id of the image, or its name where that is not looked up.</param>
    /// <param name="start">Folder of the project in the tree of inputs.</param>
    /// <param name="projectDirectory">Host paths below it count by their name from there, so that the folder of the checkout does not.</param>
    public static StepAction Of(DeclaredStep step, StepOptions options, string image, string start, string projectDirectory)
    {
        var plan = CommandPlan.For(options);
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
                // The text of a script is no argument of its shell, though it stands among them.
                .. plan.Script is null ? Array.Empty<ActionProperty>() : [new("script", "true")],
                new("hermetic", step.Hermetic ? "true" : "false"),
                .. OfSuccess.Where(step.Parameters.ContainsKey).Select(name => new ActionProperty(name, step.Parameters[name])),
                .. OfContainer(options, projectDirectory).Where(property => property.Value.Length > 0),
            ],
        };
    }

    // Not Engine, Pull, ClientDirectory, StopTimeout and Labels: they decide where, when or how noisily a step runs, but
    // not what comes out of it; which image it is that was pulled is in the key. A value that is the default is empty, so that a new option changes no key.
    private static ActionProperty[] OfContainer(StepOptions options, string projectDirectory) =>
    [
        new(nameof(options.Entrypoint), options.Entrypoint),
        new(nameof(options.User), options.User),
        new(nameof(options.GroupAdd), List(options.GroupAdd)),
        new(nameof(options.WorkDir), options.WorkDir),
        new(nameof(options.Mounts), List(options.Mounts.Select(mount => List([Path.GetRelativePath(projectDirectory, mount.HostPath), mount.ContainerPath, mount.ReadOnly ? "ro" : "rw"])))),
        new(nameof(options.Tmpfs), List(options.Tmpfs)),
        new(nameof(options.ReadOnly), Flag(options.ReadOnly, byDefault: false)),
        new(nameof(options.AllowNetworking), Flag(options.AllowNetworking, byDefault: true)),
        new(nameof(options.Network), options.Network),
        new(nameof(options.Dns), List(options.Dns)),
        new(nameof(options.DnsSearch), List(options.DnsSearch)),
        new(nameof(options.AddHost), List(options.AddHost)),
        new(nameof(options.Hostname), options.Hostname),
        new(nameof(options.Memory), options.Memory),
        new(nameof(options.MemoryReservation), options.MemoryReservation),
        new(nameof(options.MemorySwap), options.MemorySwap),
        new(nameof(options.MemorySwappiness), Number(options.MemorySwappiness, byDefault: -1)),
        new(nameof(options.Cpus), options.Cpus),
        new(nameof(options.PidsLimit), Number(options.PidsLimit, byDefault: 0)),
        new(nameof(options.ShmSize), options.ShmSize),
        new(nameof(options.Ulimits), List(options.Ulimits)),
        new(nameof(options.CapAdd), List(options.CapAdd)),
        new(nameof(options.CapDrop), List(options.CapDrop)),
        new(nameof(options.SecurityOpt), List(options.SecurityOpt)),
        new(nameof(options.Init), Flag(options.Init, byDefault: true)),
        new(nameof(options.Platform), options.Platform),
        new(nameof(options.DockerRunOpts), options.DockerRunOpts),
        new(nameof(options.StandardInput), options.StandardInput.Length == 0 ? "" : Path.GetRelativePath(projectDirectory, options.StandardInput)),
        new(nameof(options.StdOutEncoding), options.StdOutEncoding.WebName),
        new(nameof(options.StdErrEncoding), options.StdErrEncoding.WebName),
    ];

    private static string Flag(bool value, bool byDefault) => value == byDefault ? "" : value ? "true" : "false";

    private static string Number(int value, int byDefault) => value == byDefault ? "" : value.ToString(CultureInfo.InvariantCulture);

    // One value, because the order counts: the last of two flags that contradict each other wins. Two lists are never one
    // text: no item has a colon of its own, and each ends with one.
    private static string List(IEnumerable<string> items) => string.Concat(items.Select(item => $"{Uri.EscapeDataString(item)}:"));
}
