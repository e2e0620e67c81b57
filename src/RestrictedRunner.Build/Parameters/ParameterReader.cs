using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>Reads MSBuild parameters into options. The only file that knows the items of parameters and their metadata.</summary>
internal sealed class ParameterReader
{
    private readonly List<OptionProblem> _problems = [];

    private readonly string _projectDirectory = ProjectFolder.Find();

    private ParameterReader()
    {
    }

    /// <summary>Reads all parameters of the task.</summary>
    public static StepParameters Read(DockerExec task) => new ParameterReader().ReadAll(task);

    /// <summary>An engine as options have it: a path is absolute.</summary>
    public static string Engine(string engine, string projectDirectory) => IsPath(engine) ? Absolute(engine, projectDirectory) : engine;

    /// <summary>Items for lines of output; their text comes back from MSBuild as it was.</summary>
    public static ITaskItem OutputItem(OutputLine line)
    {
        var item = new TaskItem(EscapedText.Escape(line.Text.TrimEnd()));
        item.SetMetadata("Stream", line.Stream == OutputStream.StandardOutput ? "stdout" : "stderr");
        return item;
    }

    private StepParameters ReadAll(DockerExec task)
    {
        Mount[] mounts = [.. task.Mounts.Select(ReadMount).OfType<Mount>()];
        var options = new StepOptions
        {
            Image = task.Image,
            ImageId = task.ImageId,
            AllowNetworking = task.AllowNetworking,
            Network = task.Network,
            DockerRunOpts = task.DockerRunOpts,
            Mounts = mounts,
            User = task.User,
            WorkDir = ReadWorkDir(task, mounts),
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
            Engine = Engine(task.Engine, _projectDirectory),
            StandardInput = task.StandardInput.Length == 0 ? "" : Absolute(task.StandardInput),
            Timeout = task.Timeout < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(task.Timeout),
            StdOutEncoding = OutputEncoding.Read(nameof(task.StdOutEncoding), task.StdOutEncoding, _problems.Add),
            StdErrEncoding = OutputEncoding.Read(nameof(task.StdErrEncoding), task.StdErrEncoding, _problems.Add),
            StopTimeout = TimeSpan.FromMilliseconds(ReadStopTimeout(task.StopTimeout)),
            ClientDirectory = _projectDirectory,
        };
        var standardOutput = ReadImportance(nameof(task.StandardOutputImportance), task.StandardOutputImportance);
        var standardError = ReadImportance(nameof(task.StandardErrorImportance), task.StandardErrorImportance);
        var lines = new LineRules(
            task.LogStandardErrorAsError,
            CustomExpression.Read(nameof(task.CustomErrorRegularExpression), task.CustomErrorRegularExpression, _problems.Add),
            CustomExpression.Read(nameof(task.CustomWarningRegularExpression), task.CustomWarningRegularExpression, _problems.Add),
            task.IgnoreStandardErrorWarningFormat);
        UserFormat[] errorFormats = [.. task.ErrorFormats.Select(ReadErrorFormat).OfType<UserFormat>()];
        return new(options, task.StandIn?.For ?? mounts, standardOutput, standardError, errorFormats, lines, ReadLogFile(task), [.. _problems, .. StepOptionRules.Check(options)]);
    }

    // An identity is changed by MSBuild (trimmed, backslashes on Unix); metadata is not.
    private static string Text(ITaskItem item) => HasMetadata(item, "Value") ? item.GetMetadata("Value") : item.ItemSpec;

    private static bool HasMetadata(ITaskItem item, string name) =>
        item.MetadataNames.Cast<string>().Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsPath(string engine) => engine.Contains('/', StringComparison.Ordinal) || engine.Contains('\\', StringComparison.Ordinal);

    // A path with a NUL has no absolute form; the rules refuse it with its parameter's name.
    private string Absolute(string path) => Absolute(path, _projectDirectory);

    private static string Absolute(string path, string folder) => path.Contains('\0', StringComparison.Ordinal) ? path : Path.GetFullPath(path, folder);

    private LogFilePlace ReadLogFile(DockerExec task)
    {
        if (task.LogFile.Length == 0)
        {
            return LogFilePlace.In(Absolute(task.LogFolder.Length > 0 ? task.LogFolder : LogFilePlace.FolderIn(BuiltProject.Property(task.BuildEngine, "BaseIntermediateOutputPath"))), task.BuildEngine);
        }

        if (task.LogFile.Contains('\0', StringComparison.Ordinal))
        {
            _problems.Add(new(OptionProblemKind.TextInvalid, nameof(task.LogFile), task.LogFile, "it holds a NUL character, which no path has"));
        }

        return LogFilePlace.At(Absolute(task.LogFile));
    }

    private string ReadWorkDir(DockerExec task, Mount[] mounts)
    {
        if (task.WorkingDirectory.Length == 0)
        {
            return task.WorkDir;
        }

        if (task.WorkDir.Length > 0)
        {
            _problems.Add(new(OptionProblemKind.Conflict, nameof(task.WorkingDirectory), task.WorkingDirectory, "WorkDir is given too; WorkingDirectory is a path of the host, WorkDir one in the container, and a step has one of them"));
            return task.WorkDir;
        }

        var folder = Absolute(task.WorkingDirectory);
        if (Directory.Exists(folder) && new MountMap(mounts, task.Tmpfs).InContainer(folder) is { } path)
        {
            return path;
        }

        // Of a mount that cannot be read the error is told, and perhaps it is the one.
        if (Directory.Exists(folder) && mounts.Length < task.Mounts.Length)
        {
            return "";
        }

        var reason =
            task.WorkingDirectory.StartsWith('/') && mounts.Any(mount => HostFolder.IsAtOrBelow(task.WorkingDirectory, mount.ContainerPath)) ? "no mount shows such a folder of the host; it is a path of the container: that goes into WorkDir"
            : !Directory.Exists(folder) ? "there is no such folder on the host"
            : $"the container does not see this folder of the host: none of Mounts is it or one of its parents. Add Mounts=\"{folder}:{folder}\"";
        _problems.Add(new(OptionProblemKind.WorkingDirectoryUnreachable, nameof(task.WorkingDirectory), folder, reason));
        return "";
    }

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

        var reason = item.ItemSpec.StartsWith(':')
            ? "its host path is empty, as that of a property without a value"
            : "a mount is host:container[:ro] with an absolute container path, or an item with metadata ContainerPath, which a container path with a colon needs";
        _problems.Add(new(OptionProblemKind.MountInvalid, nameof(DockerExec.Mounts), item.ItemSpec, reason));
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

        _problems.Add(new(OptionProblemKind.EnvironmentInvalid, nameof(DockerExec.EnvironmentVariables), item.ItemSpec, "a variable is NAME=value, where a semicolon in a value is written %3B; of a task also an item with metadata Value"));
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

    private UserFormat? ReadErrorFormat(ITaskItem item)
    {
        if (!UserFormat.TryParse(Text(item), out var format, out var reason))
        {
            _problems.Add(new(OptionProblemKind.FormatInvalid, nameof(DockerExec.ErrorFormats), Text(item), reason));
        }

        return format;
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
