using System.Globalization;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.ToolMessages;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Parameters;

/// <summary>Reads what a step was given into options and the settings of its log.</summary>
internal sealed class ParameterReader
{
    private const string FlagForm = "it is true or false";
    private const string NumberForm = "it is a whole number";

    private readonly List<OptionProblem> _problems = [];
    private readonly GivenValues _given;
    private readonly string _projectDirectory;
    private readonly Host _host;

    private ParameterReader(GivenValues given, string projectDirectory, Host host) => (_given, _projectDirectory, _host) = (given, projectDirectory, host);

    /// <summary>Reads all parameters. Whether the options go together, and what they name is there, is not looked at.</summary>
    /// <param name="given">What the user wrote.</param>
    /// <param name="projectDirectory">Full path of the folder that relative paths start in.</param>
    /// <param name="logFile">Where all output of a failed step goes when the user says nothing of it.</param>
    /// <param name="host">The machine that builds.</param>
    public static StepParameters Read(GivenValues given, string projectDirectory, LogFilePlace logFile, Host host) => new ParameterReader(given, projectDirectory, host).Read(logFile);

    /// <summary>Reads mounts alone, as <c>DockerMount</c> has them.</summary>
    /// <param name="items">The mounts.</param>
    /// <param name="projectDirectory">Full path of the folder that relative paths start in.</param>
    /// <param name="host">The machine that builds.</param>
    public static (IReadOnlyList<Mount> Mounts, IReadOnlyList<OptionProblem> Problems) ReadMounts(IEnumerable<GivenItem> items, string projectDirectory, Host host)
    {
        var reader = new ParameterReader(GivenValues.None, projectDirectory, host);
        return ([.. items.Select(reader.ReadMount).OfType<Mount>()], reader._problems);
    }

    /// <summary>Reads secrets alone, as <c>DockerSecret</c> has them.</summary>
    /// <param name="items">The secrets.</param>
    /// <param name="projectDirectory">Full path of the folder that relative paths start in.</param>
    /// <param name="host">The machine that builds.</param>
    public static (IReadOnlyList<Secret> Secrets, IReadOnlyList<OptionProblem> Problems) ReadSecrets(IEnumerable<GivenItem> items, string projectDirectory, Host host)
    {
        var reader = new ParameterReader(GivenValues.None, projectDirectory, host);
        return ([.. items.Select(reader.ReadSecret)], reader._problems);
    }

    private StepParameters Read(LogFilePlace logFile)
    {
        var options = StepOptions.Table.Aggregate(new StepOptions { ClientDirectory = _projectDirectory }, Set);
        return new(
            _host,
            options with
            {
                Arguments = [.. _given.Items(nameof(options.Arguments)).Select(item => item.ExactText)],
                EnvironmentVariables = [.. _given.Items(nameof(options.EnvironmentVariables)).Select(ReadVariable).OfType<EnvironmentVariable>()],
                Secrets = [.. _given.Items(nameof(options.Secrets)).Select(ReadSecret)],
                Mounts = [.. _given.Items(nameof(options.Mounts)).Select(ReadMount).OfType<Mount>()],
                Engine = IsPath(_given.Text(nameof(options.Engine))) ? Absolute(_given.Text(nameof(options.Engine))) : _given.Text(nameof(options.Engine)),
                DockerRunOpts = _host.IsWindows ? WindowsPath.Escaped(options.DockerRunOpts) : options.DockerRunOpts,
                Pull = OneOf(nameof(options.Pull), ("missing", PullPolicy.Missing), ("always", PullPolicy.Always), ("never", PullPolicy.Never)),
                Transfer = OneOf(nameof(options.Transfer), ("auto", FileTransfer.Auto), ("mount", FileTransfer.Mount), ("copy", FileTransfer.Copy)),
                StandardInput = AbsoluteOf(nameof(options.StandardInput)),
                CaBundle = AbsoluteOf(nameof(options.CaBundle)),
                Timeout = Number(nameof(options.Timeout)) is >= 0 and var limit ? TimeSpan.FromMilliseconds(limit) : Timeout.InfiniteTimeSpan,
                StopTimeout = ReadStopTimeout(options.StopTimeout),
                StdOutEncoding = OutputEncoding.Read(nameof(options.StdOutEncoding), _given.Text(nameof(options.StdOutEncoding)), _problems.Add),
                StdErrEncoding = OutputEncoding.Read(nameof(options.StdErrEncoding), _given.Text(nameof(options.StdErrEncoding)), _problems.Add),
            },
            ReadLogFile() ?? logFile)
        {
            WorkingDirectory = _given.Text(Parameter.WorkingDirectory),
            CacheMounts = [.. _given.Items(Parameter.CacheMounts).Select(ReadCacheMount).OfType<CacheMount>()],
            StandardOutput = ReadImportance(Parameter.StandardOutputImportance),
            StandardError = ReadImportance(Parameter.StandardErrorImportance),
            ErrorFormats = [.. _given.Items(Parameter.ErrorFormats).Select(ReadErrorFormat).OfType<UserFormat>()],
            Lines = new(
                Flag(Parameter.LogStandardErrorAsError),
                CustomExpression.Read(Parameter.CustomErrorRegularExpression, _given.Text(Parameter.CustomErrorRegularExpression), _problems.Add),
                CustomExpression.Read(Parameter.CustomWarningRegularExpression, _given.Text(Parameter.CustomWarningRegularExpression), _problems.Add),
                Flag(Parameter.IgnoreStandardErrorWarningFormat)),
            IgnoreExitCode = Flag(Parameter.IgnoreExitCode),
            EchoOff = Flag(Parameter.EchoOff),
            Problems = _problems,
        };
    }

    // What an option's type says all about.
    private StepOptions Set(StepOptions options, StepOption option)
    {
        if (option.With is null || !_given.Has(option.Name))
        {
            return options;
        }

        var values = option.Type == OptionType.List ? [.. _given.Items(option.Name).Select(item => item.Text)] : new[] { _given.Text(option.Name) };
        return option.Type switch
        {
            OptionType.Switch when !bool.TryParse(values[0], out _) => Invalid(FlagForm),
            OptionType.Number when Number(option.Name) is null => options,
            _ => option.With(options, values),
        };

        StepOptions Invalid(string form)
        {
            _problems.Add(new(OptionProblemKind.ValueInvalid, option.Name, values[0], form));
            return options;
        }
    }

    private bool Flag(string name)
    {
        var text = _given.Text(name);
        if (text.Length > 0 && !bool.TryParse(text, out _))
        {
            _problems.Add(new(OptionProblemKind.ValueInvalid, name, text, FlagForm));
        }

        return bool.TryParse(text, out var flag) && flag;
    }

    private int? Number(string name)
    {
        if (!_given.Has(name))
        {
            return null;
        }

        if (int.TryParse(_given.Text(name), CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        _problems.Add(new(OptionProblemKind.ValueInvalid, name, _given.Text(name), NumberForm));
        return null;
    }

    private T OneOf<T>(string name, params (string Word, T Value)[] known)
    {
        var text = _given.Text(name);
        var found = known.FirstOrDefault(value => text.Length == 0 || value.Word.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (found.Word is null)
        {
            _problems.Add(new(OptionProblemKind.ValueInvalid, name, text, $"it is {string.Join(", ", known.SkipLast(1).Select(value => value.Word))} or {known[^1].Word}"));
            return known[0].Value;
        }

        return found.Value;
    }

    private MessageImportance ReadImportance(string name) => OneOf(name, ("high", MessageImportance.High), ("normal", MessageImportance.Normal), ("low", MessageImportance.Low));

    private static bool IsPath(string engine) => engine.Contains('/', StringComparison.Ordinal) || engine.Contains('\\', StringComparison.Ordinal);

    private string AbsoluteOf(string name) => _given.Has(name) ? Absolute(_given.Text(name)) : "";

    // A path with a NUL has no absolute form; the rules refuse it with its parameter's name.
    private string Absolute(string path) => path.Contains('\0', StringComparison.Ordinal) ? path : _host.Paths.Full(path, _projectDirectory);

    private LogFilePlace? ReadLogFile()
    {
        var file = _given.Text(Parameter.LogFile);
        if (file.Contains('\0', StringComparison.Ordinal))
        {
            _problems.Add(new(OptionProblemKind.TextInvalid, Parameter.LogFile, file, "it holds a NUL character, which no path has"));
        }

        return file.Length == 0 ? null : LogFilePlace.At(Absolute(file));
    }

    private Mount? ReadMount(GivenItem item)
    {
        if (item.ContainerPath is { } containerPath)
        {
            return new(Absolute(item.Text), PlaceInContainer(containerPath), ReadOnly(item));
        }

        if (_host.IsWindows && WindowsPath.MountIn(item.Text) is { } ofWindows)
        {
            return new(Absolute(ofWindows.HostPath), PlaceInContainer(ofWindows.ContainerPath), ofWindows.ReadOnly || ReadOnly(item));
        }

        if (Mount.TryParse(item.Text, out var mount))
        {
            return mount with { HostPath = Absolute(mount.HostPath), ReadOnly = mount.ReadOnly || ReadOnly(item) };
        }

        var reason = item.Text.StartsWith(':')
            ? "its host path is empty, as that of a property without a value"
            : "a mount is host:container[:ro] with an absolute container path, or an item with metadata ContainerPath, which a container path with a colon needs";
        _problems.Add(new(OptionProblemKind.MountInvalid, nameof(StepOptions.Mounts), item.Text, reason));
        return null;
    }

    // A container has no drives. A folder that is to be at its own path is below one for its drive.
    private string PlaceInContainer(string path) => _host.IsWindows && _host.Paths.IsFull(path) ? _host.Paths.InContainer(_host.Paths.Full(path, _projectDirectory)) : path;

    private bool ReadOnly(GivenItem item)
    {
        if (item.ReadOnly.Length > 0 && !bool.TryParse(item.ReadOnly, out _))
        {
            _problems.Add(new(OptionProblemKind.ValueInvalid, $"{nameof(StepOptions.Mounts)}.{nameof(item.ReadOnly)}", item.ReadOnly, FlagForm));
        }

        return bool.TryParse(item.ReadOnly, out var flag) && flag;
    }

    private Secret ReadSecret(GivenItem item)
    {
        var optional = item.Metadata(nameof(Secret.Optional));
        if (optional.Length > 0 && !bool.TryParse(optional, out _))
        {
            _problems.Add(new(OptionProblemKind.ValueInvalid, $"{nameof(StepOptions.Secrets)}.{nameof(Secret.Optional)}", optional, FlagForm));
        }

        var file = item.Metadata(nameof(Secret.File));
        if (file.Contains('\0', StringComparison.Ordinal))
        {
            _problems.Add(new(OptionProblemKind.TextInvalid, $"{nameof(StepOptions.Secrets)}.{nameof(Secret.File)}", file, "it holds a NUL character, which no path has"));
            file = "";
        }

        return new(item.Text)
        {
            Environment = item.Metadata(nameof(Secret.Environment)),
            File = file.Length == 0 ? "" : Absolute(file),
            As = item.Metadata(nameof(Secret.As)),
            Optional = bool.TryParse(optional, out var flag) && flag,
        };
    }

    private CacheMount? ReadCacheMount(GivenItem item)
    {
        var mount = CacheMount.Read(item.Text, out var problem);
        if (mount is null)
        {
            _problems.Add(new(OptionProblemKind.ValueInvalid, Parameter.CacheMounts, item.Text, problem));
        }

        return mount;
    }

    private EnvironmentVariable? ReadVariable(GivenItem item)
    {
        if (item.Value is { } value)
        {
            return new(item.Text, value);
        }

        var equals = item.Text.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
        {
            return new(item.Text[..equals], item.Text[(equals + 1)..]);
        }

        _problems.Add(new(OptionProblemKind.EnvironmentInvalid, nameof(StepOptions.EnvironmentVariables), item.Text, "a variable is NAME=value, where a semicolon in a value is written %3B; of a task also an item with metadata Value"));
        return null;
    }

    private TimeSpan ReadStopTimeout(TimeSpan byDefault)
    {
        var milliseconds = Number(nameof(StepOptions.StopTimeout));
        if (milliseconds < 0)
        {
            _problems.Add(new(OptionProblemKind.ValueInvalid, nameof(StepOptions.StopTimeout), _given.Text(nameof(StepOptions.StopTimeout)), "it is a number of milliseconds, or 0 to kill at once"));
        }

        return milliseconds is { } given ? TimeSpan.FromMilliseconds(Math.Max(given, 0)) : byDefault;
    }

    private UserFormat? ReadErrorFormat(GivenItem item)
    {
        if (!UserFormat.TryParse(item.ExactText, out var format, out var reason))
        {
            _problems.Add(new(OptionProblemKind.FormatInvalid, Parameter.ErrorFormats, item.ExactText, reason));
        }

        return format;
    }
}
