using System.Text;
using System.Text.RegularExpressions;
using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Workers;

/// <summary>Which steps may run in one container, one after the other: a pure function of their options.</summary>
internal static partial class SharedOptions
{
    private const string Everything = "ALL";
    private const string NoNewPrivileges = "no-new-privileges";

    // What a shell sets itself, or does not let anybody set: https://www.gnu.org/software/bash/manual/html_node/Bash-Variables.html
    private static readonly HashSet<string> OfShells =
    [
        "_", "BASHOPTS", "DIRSTACK", "ENV", "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GROUPS", "HISTCMD", "IFS", "LINENO",
        "OLDPWD", "OPTARG", "OPTIND", "PIPESTATUS", "PPID", "PS1", "PS2", "PS4", "PWD", "RANDOM", "SECONDS", "SHELLOPTS", "SHLVL", "SRANDOM", "TMOUT", "UID",
    ];

    /// <summary>Why a step has to have a container of its own; null when it may share one.</summary>
    /// <param name="options">Its options, which are valid. Its first mount shows it its files, and another step others.</param>
    /// <param name="host">The machine.</param>
    public static string? WhyNot(StepOptions options, Host host) =>
        host.Kind != HostKind.Linux ? "containers run on another kernel"
        : !options.ReadOnly ? "it may write to its root file system"
        : options.AllowNetworking ? "it has a network"
        : options.CapAdd.Count > 0 || !options.CapDrop.Contains(Everything, StringComparer.OrdinalIgnoreCase) ? "it has capabilities"
        : !options.SecurityOpt.All(option => option is NoNewPrivileges or $"{NoNewPrivileges}=true" or $"{NoNewPrivileges}:true") || options.SecurityOpt.Count == 0 ? "it has security options of its own"
        : options.Mounts.Count > 1 ? "it has outputs outside of the project's folder"
        : options.Secrets.Count > 0 ? "it has secrets"
        : options.StandardInput.Length > 0 ? "it reads its standard input"
        : !options.Init ? "its command is to be the first process"
        : !CommandPlan.For(options).CanConnectOutput ? "its command is no script for sh"
        : options.WorkDir.Length == 0 ? "it runs in a folder that only the image knows"
        : options.DockerRunOpts.Length > 0 || options.Ulimits.Count > 0 || options.Entrypoint.Length > 0 || options.Platform.Length > 0 || options.Pull == PullPolicy.Always ? "it has options that belong to one run"
        : options.Tmpfs.Any(text => !PlainPath().IsMatch(text.Split(':')[0]) || IsInMount(ContainerPath.Normal(text.Split(':')[0]), options)) ? "it has folders in memory at places of its own"
        : options.EnvironmentVariables.FirstOrDefault(variable => !IsVariable(variable.Name)) is { } variable ? $"a shell cannot set its variable '{variable.Name}'"
        : null;

    /// <summary>True for a variable that a shell hands on as it is.</summary>
    public static bool IsVariable(string name) => ShellName().IsMatch(name) && !OfShells.Contains(name) && !name.StartsWith("BASH_", StringComparison.Ordinal) && !name.StartsWith("rr_", StringComparison.Ordinal);

    /// <summary>The options of the container that a step shares with others.</summary>
    public static StepOptions Of(StepOptions options) => options with
    {
        Command = "",
        Shell = "",
        PrepareCommand = "",
        EnvironmentVariables = [],
        WorkDir = "",
        Mounts = [],
        Timeout = Timeout.InfiniteTimeSpan,
        StdOutEncoding = Encoding.UTF8,
        StdErrEncoding = Encoding.UTF8,

        // The shell is the first process: an init program could be traced and changed. Nothing in it ends on SIGTERM.
        Init = false,
        StopTimeout = TimeSpan.Zero,
        StopAtOnce = default,
    };

    /// <summary>The same text for all steps that may run in one container.</summary>
    public static string Key(StepOptions options)
    {
        var shared = Of(options);
        var values = StepOptions.Table.SelectMany(option => option.Values(shared).Prepend(option.Name));

        // Nothing but the path of a client may begin in the client's folder, which each project has for itself.
        var folder = shared.Engine.Contains('/', StringComparison.Ordinal) ? shared.ClientDirectory : "";
        return string.Join('\0', values.Concat([shared.ImageId, folder, CommandPlan.For(options).HasPrepare ? "prepare" : ""]));
    }

    private static bool IsInMount(string path, StepOptions options) =>
        options.Mounts.Any(mount => path == mount.ContainerPath || path.StartsWith($"{mount.ContainerPath}/", StringComparison.Ordinal) || mount.ContainerPath.StartsWith($"{path}/", StringComparison.Ordinal));

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex ShellName();

    [GeneratedRegex(@"\A[A-Za-z0-9_./+-]+\z")]
    private static partial Regex PlainPath();
}
