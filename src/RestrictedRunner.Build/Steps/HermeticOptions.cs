using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>What a hermetic step gets that does not say otherwise. What it does say is a part of its key.</summary>
internal static class HermeticOptions
{
    private const string Everything = "ALL";
    private const string NoNewPrivileges = "no-new-privileges";
    private const int Processes = 512;

    // Docker's client adds those of its own configuration, except where a step has them already.
    private static readonly string[] Proxies = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

    private static readonly (string Name, string Value)[] Variables =
    [
        ("HOME", "/tmp"),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("TZ", "UTC"),
        // 1980-01-01, the first day that a zip archive can hold: https://reproducible-builds.org/docs/source-date-epoch/
        ("SOURCE_DATE_EPOCH", "315532800"),
        .. Proxies.SelectMany(name => new[] { (name, ""), (name.ToLowerInvariant(), "") }),
    ];

    /// <summary>Parameters that would show a step what it does not declare.</summary>
    public static IEnumerable<string> Forbidden(DeclaredStep step) =>
        new[] { nameof(DockerExec.Mounts), nameof(DockerExec.DockerRunOpts), nameof(DockerExec.WorkingDirectory) }.Where(step.Parameters.ContainsKey);

    /// <summary>Sets what the step does not set itself.</summary>
    public static void AddTo(DockerExec task, DeclaredStep step)
    {
        bool IsSet(string parameter) => step.Parameters.ContainsKey(parameter);

        task.AllowNetworking = IsSet(nameof(task.AllowNetworking)) ? task.AllowNetworking : IsSet(nameof(task.Network));
        task.ReadOnly = !IsSet(nameof(task.ReadOnly)) || task.ReadOnly;
        task.Tmpfs = IsSet(nameof(task.Tmpfs)) ? task.Tmpfs : ["/tmp"];

        // Lists that take away are added to: a default of the project, meant for its other steps, would else give back
        // what is not in it. CapAdd and "no-new-privileges=false" say that something is to be given back.
        task.CapDrop = task.CapDrop.Contains(Everything, StringComparer.OrdinalIgnoreCase) ? task.CapDrop : [Everything, .. task.CapDrop];
        task.SecurityOpt = task.SecurityOpt.Any(option => option.StartsWith(NoNewPrivileges, StringComparison.Ordinal)) ? task.SecurityOpt : [NoNewPrivileges, .. task.SecurityOpt];
        task.PidsLimit = IsSet(nameof(task.PidsLimit)) ? task.PidsLimit : Processes;
        task.Hostname = IsSet(nameof(task.Hostname)) ? task.Hostname : "hermetic";

        // The step's own come last, and win.
        task.EnvironmentVariables = [.. Variables.Select(Variable), .. task.EnvironmentVariables];
    }

    private static ITaskItem Variable((string Name, string Value) variable)
    {
        var item = new TaskItem(variable.Name);
        item.SetMetadata("Value", variable.Value);
        return item;
    }
}
