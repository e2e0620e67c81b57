using RestrictedRunner.Commands;
using RestrictedRunner.Engine;
using RestrictedRunner.Options;
using RestrictedRunner.Output;

namespace RestrictedRunner.Planning;

/// <summary>Where the parts of one run are on the host.</summary>
/// <param name="Container">The container's name; null for one that a user starts, and that is nobody else's to remove.</param>
/// <param name="Files">The generated files.</param>
/// <param name="CurrentUser">What <c>User="current"</c> means, or null for another user.</param>
/// <param name="Interactive">True when standard input is handed through.</param>
internal sealed record RunSetting(Container? Container, RunFiles Files, CurrentUser? CurrentUser, bool Interactive)
{
    /// <summary>True when the container gets the terminal of this process.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>Where the files come from when none is mounted; null when all are.</summary>
    public CopiedFiles? Copied { get; init; }

    /// <summary>The script that takes the secrets from standard input, where files are copied; null without secrets.</summary>
    public string? SecretsInput { get; init; }

    /// <summary>The folder in memory for the secrets, as <c>--tmpfs</c> has it; empty when nothing is copied there.</summary>
    public string SecretsFolder { get; init; } = "";
}

/// <summary>The words of <c>docker run</c> for a step: a pure function of what was asked for.</summary>
internal static class RunArguments
{
    /// <summary>Where the script is inside the container.</summary>
    public static string ScriptMountPoint => OwnPlaces.Mounted.Script;

    /// <summary>The arguments after the client's name.</summary>
    public static IReadOnlyList<string> For(StepOptions options, CommandPlan plan, ContainerEnvironment environment, RunSetting setting) =>
    [
        "run",
        "--rm",
        .. Option("--name", setting.Container?.Name ?? ""),
        .. Option("--cidfile", setting.Container?.IdFile ?? ""),
        .. Each("--label", setting.Container?.Labels ?? []),
        // An absent image is a fault that the runner mends itself, with progress and retries.
        "--pull", "never",
        // Without it the engine writes every line of output to a log on its disk: 3.5 s instead of 0.55 s for two
        // million lines. Attached output still arrives.
        "--log-driver", "none",
        // A removal kills at once; podman would first wait ten seconds for an end of the container's own.
        "--stop-timeout", "0",
        .. If(setting.Interactive, "--interactive"),
        .. If(setting.HasTerminal, "--tty"),
        .. StepOptions.Table.SelectMany(option => option.Arguments(options)),
        .. setting.CurrentUser?.Arguments(options) ?? Option("--user", options.User),
        .. Option("--workdir", options.WorkDir),
        .. setting.Copied is { } copied ? Each("--volumes-from", copied.VolumesFrom) : Binds(options, setting),
        .. Option("--tmpfs", setting.SecretsFolder),
        .. Each("--env", environment.ForClient.Keys),
        .. Option("--env-file", setting.Files.EnvironmentPath ?? ""),
        .. options.Entrypoint == "none" ? ["--entrypoint", ""] : Option("--entrypoint", options.Entrypoint),
        // Last, so that the user's own words win over ours.
        .. RunOpts.Split(options.DockerRunOpts),
        options.ImageToRun,
        .. setting.Copied is null ? Words(plan, setting) : CopiedFiles.Words(plan, setting.SecretsInput),
    ];

    private static IEnumerable<string> Binds(StepOptions options, RunSetting setting) =>
    [
        .. options.Mounts.SelectMany(Bind),
        .. setting.Files.ScriptPath is { } script ? Bind(new Mount(script, ScriptMountPoint, ReadOnly: true)) : [],
        .. setting.Files.PreparedPath is { } prepared ? Bind(new Mount(prepared, OwnPlaces.Mounted.Prepared)) : [],
        .. setting.Files.OutputFolder is { } output ? Bind(new Mount(output, OutputPipes.MountPoint, ReadOnly: true)) : [],
        .. setting.Files.SecretMounts.SelectMany(Bind),
        .. setting.Files.SecretsScriptPath is { } copy ? Bind(new Mount(copy, SecretTransfer.ScriptMountPoint, ReadOnly: true)) : [],
    ];

    private static IEnumerable<string> Words(CommandPlan plan, RunSetting setting) =>
    [
        .. setting.Files.OutputFolder is null || !plan.CanConnectOutput ? [] : new[] { plan.Words[0], OutputPipes.ConnectPath },
        .. setting.Files.SecretsScriptPath is null ? [] : new[] { plan.Words[0], SecretTransfer.ScriptMountPoint },
        .. plan.Words,
        .. If(plan.Script is not null, ScriptMountPoint),
    ];

    /// <summary>The value of <c>--mount</c> for a volume without a name.</summary>
    public static string VolumeAt(string containerPath) => $"type=volume,{CsvField($"dst={containerPath}")}";

    private static string[] Option(string name, string value) => value.Length == 0 ? [] : [name, value];

    private static IEnumerable<string> Each(string name, IEnumerable<string> values) => values.SelectMany(value => new[] { name, value });

    private static string[] If(bool condition, string word) => condition ? [word] : [];

    // --mount, because -v cannot take a colon in a path and creates a missing host folder as root.
    private static string[] Bind(Mount mount) =>
        ["--mount", string.Join(',', ["type=bind", CsvField($"src={mount.HostPath}"), CsvField($"dst={mount.ContainerPath}"), .. If(mount.ReadOnly, "readonly")])];

    // The value of --mount is a CSV record: https://pkg.go.dev/github.com/docker/cli/opts#MountOpt.Set
    private static string CsvField(string field) =>
        field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
