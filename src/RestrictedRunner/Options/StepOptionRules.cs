using System.Globalization;
using System.Net;
using static RestrictedRunner.OptionForms;

namespace RestrictedRunner;

/// <summary>Finds everything that is wrong with a step's options, before any process starts.</summary>
public static class StepOptionRules
{
    /// <summary>All problems of the options, in the order of the options; empty when the step may run.</summary>
    /// <param name="options">The options to check. Files and folders they name are looked up.</param>
    public static IReadOnlyList<OptionProblem> Check(StepOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return
        [
            .. CheckImage(options),
            .. CheckCommand(options),
            .. CheckNetwork(options),
            .. CheckMounts(options),
            .. CheckForms(options),
            .. RunOpts.Check(options.DockerRunOpts),
            .. CheckEnvironment(options),
            .. CheckInput(options),
            .. CheckEncodings(options),
            .. CheckText(options),
        ];
    }

    /// <summary>Problems of what a pull uses: it has no command, and mounts, for one, need not be there yet.</summary>
    internal static IReadOnlyList<OptionProblem> CheckPull(StepOptions options) =>
        [.. Check(options).Where(problem => problem.Parameter is nameof(options.Image) or nameof(options.Platform) or nameof(options.Engine))];

    /// <summary>Problems of a step whose streams the caller holds.</summary>
    internal static IReadOnlyList<OptionProblem> CheckInteractive(StepOptions options) =>
        options.StandardInput.Length == 0
            ? []
            : [Conflict(nameof(options.StandardInput), options.StandardInput, "the caller of StartAsync writes the standard input; write the file's content to it")];

    private static IEnumerable<OptionProblem> CheckImage(StepOptions options)
    {
        if (options.Image.Length == 0)
        {
            yield return new(OptionProblemKind.ImageMissing, nameof(options.Image), "", "an image is required");
        }
        else if (!ImageReference().IsMatch(options.Image))
        {
            var reason = options.Image.Any(char.IsAsciiLetterUpper) && ImageReference().IsMatch(options.Image.ToLowerInvariant())
                ? "the name of an image is written in lower case"
                : "an image is written [registry[:port]/]name[:tag][@sha256:digest]";
            yield return new(OptionProblemKind.ImageInvalid, nameof(options.Image), options.Image, reason);
        }
    }

    private static IEnumerable<OptionProblem> CheckCommand(StepOptions options)
    {
        var hasCommand = !string.IsNullOrWhiteSpace(options.Command);
        var hasArguments = options.Arguments.Count > 0;
        if (hasCommand && hasArguments)
        {
            yield return Conflict(nameof(options.Command), options.Command, "Command and Arguments exclude each other; give one of them");
        }

        if (!hasCommand && !hasArguments)
        {
            yield return new(OptionProblemKind.CommandMissing, nameof(options.Command), options.Command, "a Command or Arguments must be given");
        }

        if (hasArguments && options.Arguments[0].Length == 0)
        {
            yield return Invalid(nameof(options.Arguments), "", "the first argument is the program and must not be empty");
        }

        foreach (var problem in options.Shell == CommandPlan.NoShell ? CheckWords(options) : CheckShell(options))
        {
            yield return problem;
        }

        if (options.PrepareCommand.Length > 0 && (hasArguments || options.Shell == CommandPlan.NoShell))
        {
            yield return Conflict(nameof(options.PrepareCommand), options.PrepareCommand, "it needs a shell, so it goes with Command only, and not with Shell=\"none\"");
        }
    }

    private static IEnumerable<OptionProblem> CheckWords(StepOptions options)
    {
        if (!ShellWords.TrySplit(options.Command, out var words))
        {
            yield return Invalid(nameof(options.Command), options.Command, "with Shell=\"none\" it is split into words, and a quote is not closed or a backslash ends it");
        }
        else if (words is [""] or ["", ..])
        {
            yield return Invalid(nameof(options.Command), options.Command, "its first word is the program and must not be empty");
        }
    }

    private static IEnumerable<OptionProblem> CheckShell(StepOptions options)
    {
        if (!ShellWords.TrySplit(options.Shell, out var shell) || shell is not [{ Length: > 0 }, ..])
        {
            yield return Invalid(nameof(options.Shell), options.Shell, "a shell is a program with options, such as sh or bash -e, or none");
        }
        else if (options.PrepareCommand.Length > 0 && !CommandPlan.IsPosixShell(shell[0]))
        {
            yield return Conflict(nameof(options.PrepareCommand), options.PrepareCommand, $"whether it failed can be told in a POSIX shell (sh, bash, dash, ash, ksh, zsh), not in '{shell[0]}'");
        }
    }

    private static IEnumerable<OptionProblem> CheckNetwork(StepOptions options)
    {
        if (options.Network.Length > 0 && !options.AllowNetworking)
        {
            yield return Conflict(nameof(options.Network), options.Network, "AllowNetworking is false; remove one of the two");
        }
    }

    private static IEnumerable<OptionProblem> CheckMounts(StepOptions options)
    {
        foreach (var mount in options.Mounts)
        {
            if (!mount.ContainerPath.StartsWith('/') || Normal(mount.ContainerPath).Length == 0)
            {
                yield return new(OptionProblemKind.MountInvalid, nameof(options.Mounts), mount.ContainerPath, "a container path is absolute and not the root");
            }

            if (Normal(mount.ContainerPath).StartsWith("/.restricted-runner.", StringComparison.Ordinal))
            {
                yield return new(OptionProblemKind.MountInvalid, nameof(options.Mounts), mount.ContainerPath, "the runner's own files are there");
            }

            if (mount.HostPath.Contains("\r\n", StringComparison.Ordinal) || mount.ContainerPath.Contains("\r\n", StringComparison.Ordinal))
            {
                yield return new(OptionProblemKind.MountInvalid, nameof(options.Mounts), mount.HostPath, "the engine's client reads a carriage return and a line feed in a path as a line feed");
            }

            if (!Path.IsPathFullyQualified(mount.HostPath))
            {
                yield return new(OptionProblemKind.MountInvalid, nameof(options.Mounts), mount.HostPath, "a host path is absolute");
            }
            else if (!IsThere(mount.HostPath))
            {
                // Docker's -v would create a folder that belongs to root; docker --mount and podman refuse.
                yield return new(OptionProblemKind.MountSourceMissing, nameof(options.Mounts), mount.HostPath, WhyNoSource(mount));
            }
        }

        foreach (var twice in options.Mounts.GroupBy(mount => Normal(mount.ContainerPath)).Where(group => group.Count() > 1))
        {
            yield return Conflict(nameof(options.Mounts), twice.Key, "two mounts have this container path");
        }
    }

    // To .NET a link is there that leads nowhere, or to itself.
    private static bool IsThere(string path)
    {
        try
        {
            return Path.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true) is not { } target || Path.Exists(target.FullName));
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string WhyNoSource(Mount mount) =>
        Path.IsPathFullyQualified(mount.ContainerPath) && Path.Exists(mount.ContainerPath)
            ? $"the host path does not exist, but '{mount.ContainerPath}' does on the host; perhaps host and container path are swapped"
        : mount.HostPath.Contains(',', StringComparison.Ordinal) ? "the host path does not exist; if these are several mounts, separate them by ';'"
        : "the host path does not exist";

    // Without "." and "..", which the engine takes out too; the root is empty. A NUL is told of elsewhere.
    private static string Normal(string containerPath) =>
        containerPath.StartsWith('/') && !containerPath.Contains('\0', StringComparison.Ordinal) ? Path.GetFullPath(containerPath).TrimEnd('/') : containerPath;

    private static IEnumerable<OptionProblem> CheckForms(StepOptions options)
    {
        Form[] forms =
        [
            new(nameof(options.Network), [options.Network], IsWord, "a network is one word, such as bridge, host or a network's name"),
            new(nameof(options.User), [options.User], IsWord, "a user is a name, uid or uid:gid, or current"),
            new(nameof(options.WorkDir), [options.WorkDir], value => value.StartsWith('/'), "the working directory is an absolute path inside the container"),
            new(nameof(options.Memory), [options.Memory], IsSize, SizeForm),
            new(nameof(options.MemoryReservation), [options.MemoryReservation], IsSize, SizeForm),
            new(nameof(options.MemorySwap), [options.MemorySwap], value => value == "-1" || IsSize(value), SizeForm + ", or -1 for no limit"),
            new(nameof(options.MemorySwappiness), [options.MemorySwappiness.ToString(CultureInfo.InvariantCulture)], _ => options.MemorySwappiness is >= -1 and <= 100, "it is 0 to 100, or -1 for the engine's default"),
            new(nameof(options.CapAdd), options.CapAdd, IsCapability, "a capability is one word, such as NET_ADMIN or ALL"),
            new(nameof(options.CapDrop), options.CapDrop, IsCapability, "a capability is one word, such as NET_ADMIN or ALL"),
            new(nameof(options.Dns), options.Dns, value => IPAddress.TryParse(value, out _), "a DNS server is an IP address"),
            new(nameof(options.DnsSearch), options.DnsSearch, IsWord, "a search domain is one word, such as example.com"),
            new(nameof(options.Platform), [options.Platform], value => Platform().IsMatch(value), "a platform is os/arch[/variant], such as linux/amd64"),
            new(nameof(options.Entrypoint), [options.Entrypoint], value => !value.StartsWith('-'), "an entry point is a program in the image, or none"),
            new(nameof(options.Cpus), [options.Cpus], value => decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus) && cpus > 0, "it is a number of processors above 0, such as 1.5"),
            new(nameof(options.PidsLimit), [options.PidsLimit.ToString(CultureInfo.InvariantCulture)], _ => options.PidsLimit >= -1, "it is a number of processes, or -1 for no limit"),
            new(nameof(options.Tmpfs), options.Tmpfs, value => value.StartsWith('/'), "it is /path or /path:options"),
            new(nameof(options.SecurityOpt), options.SecurityOpt, IsWord, "a security option is one word, such as no-new-privileges"),
            new(nameof(options.Ulimits), options.Ulimits, value => Ulimit().IsMatch(value), "a limit is name=soft[:hard], such as nofile=1024:2048"),
            new(nameof(options.ShmSize), [options.ShmSize], IsSize, SizeForm),
            new(nameof(options.Hostname), [options.Hostname], value => HostName().IsMatch(value), "a host name has letters, digits, dots and dashes, and at most 63 characters"),
            new(nameof(options.AddHost), options.AddHost, value => IsWord(value) && value.IndexOf(':', StringComparison.Ordinal) > 0, "it is name:ip"),
            new(nameof(options.GroupAdd), options.GroupAdd, IsWord, "a group is a name or a gid"),
            new(nameof(options.Labels), options.Labels, IsLabel, $"a label is name or name=value, and names that start with {Container.LabelPrefix} are taken"),
            new(nameof(options.Engine), [options.Engine], value => !value.StartsWith('-'), "it is auto, docker, podman or the path of a client"),
        ];

        foreach (var form in forms)
        {
            foreach (var value in form.Values)
            {
                if (value.Length > 0 && !form.IsValid(value))
                {
                    yield return Invalid(form.Parameter, value, form.Text);
                }
            }
        }
    }

    private static IEnumerable<OptionProblem> CheckEnvironment(StepOptions options)
    {
        foreach (var variable in options.EnvironmentVariables)
        {
            var name = variable.Name;
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal))
            {
                yield return new(OptionProblemKind.EnvironmentInvalid, nameof(options.EnvironmentVariables), name, "a variable has a name, and the name has no '='");
            }
            else if (ContainerEnvironment.IsReadByTheClient(name) && !ContainerEnvironment.IsLine(variable))
            {
                yield return new(OptionProblemKind.EnvironmentInvalid, nameof(options.EnvironmentVariables), name, "the engine's client reads this variable too, so its value goes through a file of lines: it cannot hold a newline, nor 64 KiB; set it in the command");
            }
        }
    }

    private static IEnumerable<OptionProblem> CheckInput(StepOptions options)
    {
        if (options.StandardInput.Length > 0 && !File.Exists(options.StandardInput))
        {
            yield return new(OptionProblemKind.InputMissing, nameof(options.StandardInput), options.StandardInput, "there is no such file");
        }
        else if (FileStatus.Of(options.StandardInput) is { IsPipe: true })
        {
            // To open one waits for somebody who writes, without end, and nothing can break that off.
            yield return new(OptionProblemKind.InputMissing, nameof(options.StandardInput), options.StandardInput, "it is a named pipe; give a file");
        }
    }

    private static IEnumerable<OptionProblem> CheckEncodings(StepOptions options)
    {
        if (options.StdErrEncoding.GetString("docker: Error"u8) != "docker: Error")
        {
            yield return Invalid(nameof(options.StdErrEncoding), options.StdErrEncoding.WebName, "the engine's own words come in standard error too, so its encoding must contain ASCII");
        }
    }

    private static IEnumerable<OptionProblem> CheckText(StepOptions options)
    {
        Form[] texts =
        [
            new(nameof(options.Command), [options.Command], IsText, NoText),
            new(nameof(options.PrepareCommand), [options.PrepareCommand], IsText, NoText),
            new(nameof(options.Arguments), options.Arguments, IsText, NoText),
            new(nameof(options.EnvironmentVariables), options.EnvironmentVariables.SelectMany(variable => new[] { variable.Name, variable.Value }), IsText, NoText),
            new(nameof(options.Mounts), options.Mounts.SelectMany(mount => new[] { mount.HostPath, mount.ContainerPath }), IsText, NoText),
            new(nameof(options.StandardInput), [options.StandardInput], IsText, NoText),
            new(nameof(options.Shell), [options.Shell], IsText, NoText),
            new(nameof(options.Engine), [options.Engine], IsText, NoText),
            new(nameof(options.WorkDir), [options.WorkDir], IsText, NoText),
            new(nameof(options.Entrypoint), [options.Entrypoint], IsText, NoText),
            new(nameof(options.Labels), options.Labels, IsText, NoText),
            new(nameof(options.Tmpfs), options.Tmpfs, IsText, NoText),
            new(nameof(options.DockerRunOpts), [options.DockerRunOpts], IsText, NoText),
        ];

        foreach (var text in texts)
        {
            foreach (var value in text.Values.Where(value => !text.IsValid(value)))
            {
                yield return new(OptionProblemKind.TextInvalid, text.Parameter, value, text.Text);
            }
        }
    }

    private const string NoText = "it holds a NUL character or half a surrogate pair, which no command line can carry";

    private const string SizeForm = "a size is a number with b, k, m or g, such as 512m";

    private static OptionProblem Conflict(string parameter, string value, string reason) => new(OptionProblemKind.Conflict, parameter, value, reason);

    private static OptionProblem Invalid(string parameter, string value, string reason) => new(OptionProblemKind.ValueInvalid, parameter, value, reason);

    /// <summary>The form that the values of one option must have, and its description for people.</summary>
    private sealed record Form(string Parameter, IEnumerable<string> Values, Func<string, bool> IsValid, string Text);
}
