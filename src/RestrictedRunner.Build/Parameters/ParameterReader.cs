using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>What a step was asked for, and all that is wrong with it.</summary>
/// <param name="Options">Options with absolute host paths.</param>
/// <param name="StandardOutput">Importance of standard output.</param>
/// <param name="StandardError">Importance of standard error.</param>
/// <param name="Problems">Every fault found, of the parameters and of the options.</param>
internal sealed record StepParameters(
    StepOptions Options,
    MessageImportance StandardOutput,
    MessageImportance StandardError,
    IReadOnlyList<OptionProblem> Problems);

/// <summary>Reads MSBuild parameters into options. The only file that knows items and their metadata.</summary>
internal sealed class ParameterReader
{
    private readonly List<OptionProblem> _problems = [];

    // The folder that items resolve against. Right in every MSBuild node, unlike the process's current directory.
    private readonly string _projectDirectory = new TaskItem(".").GetMetadata("FullPath");

    private ParameterReader()
    {
    }

    /// <summary>Reads all parameters of the task.</summary>
    public static StepParameters Read(DockerExec task) => new ParameterReader().ReadAll(task);

    /// <summary>Items for lines of output; their text comes back from MSBuild as it was.</summary>
    public static ITaskItem OutputItem(OutputLine line)
    {
        var item = new TaskItem(EscapedText.Escape(line.Text.TrimEnd()));
        item.SetMetadata("Stream", line.Stream == OutputStream.StandardOutput ? "stdout" : "stderr");
        return item;
    }

    private StepParameters ReadAll(DockerExec task)
    {
        var options = new StepOptions
        {
            Image = task.Image,
            AllowNetworking = task.AllowNetworking,
            Network = task.Network,
            DockerRunOpts = task.DockerRunOpts,
            Mounts = [.. task.Mounts.Select(ReadMount).OfType<Mount>()],
            User = task.User,
            WorkDir = task.WorkDir,
            PrepareCommand = task.PrepareCommand,
            Memory = task.Memory,
            MemoryReservation = task.MemoryReservation,
            MemorySwap = task.MemorySwap,
            MemorySwappiness = task.MemorySwappiness,
            CapAdd = task.CapAdd,
            CapDrop = task.CapDrop,
            Dns = task.Dns,
            DnsSearch = task.DnsSearch,
            Platform = task.Platform,
            Shell = task.Shell,
            Command = task.Command,
            Arguments = [.. task.Arguments.Select(Text)],
            EnvironmentVariables = [.. task.EnvironmentVariables.Select(ReadVariable).OfType<EnvironmentVariable>()],
            Entrypoint = task.Entrypoint,
            Cpus = task.Cpus,
            PidsLimit = task.PidsLimit,
            ReadOnly = task.ReadOnly,
            Tmpfs = task.Tmpfs,
            Init = task.Init,
            SecurityOpt = task.SecurityOpt,
            Ulimits = task.Ulimits,
            ShmSize = task.ShmSize,
            Hostname = task.Hostname,
            AddHost = task.AddHost,
            GroupAdd = task.GroupAdd,
            Labels = task.Labels,
            Pull = ReadPull(task.Pull),
            Engine = IsPath(task.Engine) ? Absolute(task.Engine) : task.Engine,
            StandardInput = task.StandardInput.Length == 0 ? "" : Absolute(task.StandardInput),
            Timeout = task.Timeout < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(task.Timeout),
            StopTimeout = TimeSpan.FromMilliseconds(ReadStopTimeout(task.StopTimeout)),
            ClientDirectory = _projectDirectory,
        };
        var standardOutput = ReadImportance(nameof(task.StandardOutputImportance), task.StandardOutputImportance);
        var standardError = ReadImportance(nameof(task.StandardErrorImportance), task.StandardErrorImportance);
        return new(options, standardOutput, standardError, [.. _problems, .. StepOptionRules.Check(options)]);
    }

    // An identity is changed by MSBuild (trimmed, backslashes on Unix); metadata is not.
    private static string Text(ITaskItem item) => HasMetadata(item, "Value") ? item.GetMetadata("Value") : item.ItemSpec;

    private static bool HasMetadata(ITaskItem item, string name) =>
        item.MetadataNames.Cast<string>().Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsPath(string engine) => engine.Contains('/', StringComparison.Ordinal) || engine.Contains('\\', StringComparison.Ordinal);

    // A path with a NUL has no absolute form; the rules refuse it with its parameter's name.
    private string Absolute(string path) => path.Contains('\0', StringComparison.Ordinal) ? path : Path.GetFullPath(path, _projectDirectory);

    private Mount? ReadMount(ITaskItem item)
    {
        if (HasMetadata(item, "ContainerPath"))
        {
            return new(Absolute(item.ItemSpec), item.GetMetadata("ContainerPath"), ReadFlag(item, "ReadOnly"));
        }

        if (Mount.TryParse(item.ItemSpec, out var mount))
        {
            return mount with { HostPath = Absolute(mount.HostPath), ReadOnly = mount.ReadOnly || ReadFlag(item, "ReadOnly") };
        }

        _problems.Add(new(OptionProblemKind.MountInvalid, nameof(DockerExec.Mounts), item.ItemSpec, "a mount is host:container[:ro] with an absolute container path, or an item with metadata ContainerPath"));
        return null;
    }

    private bool ReadFlag(ITaskItem item, string name)
    {
        var text = item.GetMetadata(name);
        if (text.Length > 0 && !bool.TryParse(text, out _))
        {
            _problems.Add(new(OptionProblemKind.ValueInvalid, $"{nameof(DockerExec.Mounts)}.{name}", text, "it is true or false"));
        }

        return bool.TryParse(text, out var flag) && flag;
    }

    private EnvironmentVariable? ReadVariable(ITaskItem item)
    {
        if (HasMetadata(item, "Value"))
        {
            return new(item.ItemSpec, item.GetMetadata("Value"));
        }

        var equals = item.ItemSpec.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
        {
            return new(item.ItemSpec[..equals], item.ItemSpec[(equals + 1)..]);
        }

        _problems.Add(new(OptionProblemKind.EnvironmentInvalid, nameof(DockerExec.EnvironmentVariables), item.ItemSpec, "a variable is NAME=value, or an item with metadata Value; a semicolon in a value is written %3B"));
        return null;
    }

    private int ReadStopTimeout(int milliseconds)
    {
        if (milliseconds < 0)
        {
            _problems.Add(new(OptionProblemKind.ValueInvalid, nameof(DockerExec.StopTimeout), milliseconds.ToString(CultureInfo.InvariantCulture), "it is a number of milliseconds, or 0 to kill at once"));
        }

        return Math.Max(milliseconds, 0);
    }

    private PullPolicy ReadPull(string text)
    {
        switch (text.ToLowerInvariant())
        {
            case "" or "missing": return PullPolicy.Missing;
            case "always": return PullPolicy.Always;
            case "never": return PullPolicy.Never;
            default:
                _problems.Add(new(OptionProblemKind.ValueInvalid, nameof(DockerExec.Pull), text, "it is missing, always or never"));
                return PullPolicy.Missing;
        }
    }

    private MessageImportance ReadImportance(string parameter, string text)
    {
        switch (text.ToLowerInvariant())
        {
            case "" or "high": return MessageImportance.High;
            case "normal": return MessageImportance.Normal;
            case "low": return MessageImportance.Low;
            default:
                _problems.Add(new(OptionProblemKind.ValueInvalid, parameter, text, "it is high, normal or low"));
                return MessageImportance.High;
        }
    }
}
