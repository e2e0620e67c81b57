using System.Text;
using RestrictedRunner.Commands;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;
using static RestrictedRunner.Options.OptionForms;

namespace RestrictedRunner;

/// <summary>Finds everything that is wrong with a step's options, before any process starts.</summary>
public static class StepOptionRules
{
    /// <summary>All problems of the options, in the order of the options; empty when the step may run.</summary>
    /// <param name="options">The options to check. Files and folders they name are looked up.</param>
    public static IReadOnlyList<OptionProblem> Check(StepOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Check(options, Host.OfThisMachine);
    }

    /// <summary>The same on a machine that may be another.</summary>
    internal static IReadOnlyList<OptionProblem> Check(StepOptions options, Host host) => Check(options, host, SecretValues.Read(options.Secrets, host));

    /// <summary>The same with secrets whose values were read.</summary>
    internal static IReadOnlyList<OptionProblem> Check(StepOptions options, Host host, SecretValues secrets) =>
        [
            .. CheckImage(options),
            .. CheckCommand(options),
            .. CheckNetwork(options),
            .. CheckMounts(options, host),
            .. CheckValues(options),
            .. RunOpts.Check(options.DockerRunOpts),
            .. CheckEnvironment(options, host),
            .. CheckInput(options),
            .. CheckCaBundle(options),
            .. CheckEncodings(options),
            .. CheckSecretsPlace(options),
            .. SecretValues.Check(options),
            .. secrets.Problems,
        ];

    /// <summary>Problems of what a pull uses: it has no command, and mounts, for one, need not be there yet.</summary>
    internal static IReadOnlyList<OptionProblem> CheckPull(StepOptions options) =>
        [.. CheckImage(options), .. CheckValues(options).Where(problem => problem.Parameter is nameof(options.Image) or nameof(options.Platform) or nameof(options.Engine) or nameof(options.Context))];

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

    private static IEnumerable<OptionProblem> CheckMounts(StepOptions options, Host host)
    {
        foreach (var mount in options.Mounts)
        {
            if (!mount.ContainerPath.StartsWith('/') || Normal(mount.ContainerPath).Length == 0)
            {
                yield return new(OptionProblemKind.MountInvalid, nameof(options.Mounts), mount.ContainerPath, "a container path is absolute and not the root");
            }

            if (Normal(mount.ContainerPath).StartsWith(OwnPlaces.Folder, StringComparison.Ordinal))
            {
                yield return new(OptionProblemKind.MountInvalid, nameof(options.Mounts), mount.ContainerPath, "the runner's own files are there");
            }

            if (mount.HostPath.Contains("\r\n", StringComparison.Ordinal) || mount.ContainerPath.Contains("\r\n", StringComparison.Ordinal))
            {
                yield return new(OptionProblemKind.MountInvalid, nameof(options.Mounts), mount.HostPath, "the engine's client reads a carriage return and a line feed in a path as a line feed");
            }

            if (!host.Paths.IsFull(mount.HostPath))
            {
                yield return new(OptionProblemKind.MountInvalid, nameof(options.Mounts), mount.HostPath, "a host path is absolute");
            }
            else if (!IsThere(mount.HostPath))
            {
                // Docker's -v would create a folder that belongs to root; docker --mount and podman refuse.
                yield return new(OptionProblemKind.MountSourceMissing, nameof(options.Mounts), mount.HostPath, WhyNoSource(mount, host));
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

    private static string WhyNoSource(Mount mount, Host host) =>
        host.Paths.IsFull(mount.ContainerPath) && Path.Exists(mount.ContainerPath)
            ? $"the host path does not exist, but '{mount.ContainerPath}' does on the host; perhaps host and container path are swapped"
        : mount.HostPath.Contains(',', StringComparison.Ordinal) ? "the host path does not exist; if these are several mounts, separate them by ';'"
        : "the host path does not exist";

    // Without "." and "..", which the engine takes out too; the root is empty. A NUL is told of elsewhere.
    private static string Normal(string containerPath) =>
        containerPath.StartsWith('/') && !containerPath.Contains('\0', StringComparison.Ordinal) ? ContainerPath.Normal(containerPath).TrimEnd('/') : containerPath;

    private static IEnumerable<OptionProblem> CheckValues(StepOptions options)
    {
        foreach (var option in StepOptions.Table)
        {
            foreach (var value in option.Values(options))
            {
                if (option.Form is { } form && !form.IsValid(value))
                {
                    yield return Invalid(option.Name, value, form.Text);
                }
                else if (!IsText(value))
                {
                    yield return new(OptionProblemKind.TextInvalid, option.Name, value, "it holds a NUL character or half a surrogate pair, which no command line can carry");
                }
            }
        }
    }

    private static IEnumerable<OptionProblem> CheckEnvironment(StepOptions options, Host host)
    {
        foreach (var variable in options.EnvironmentVariables)
        {
            var name = variable.Name;
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal))
            {
                yield return new(OptionProblemKind.EnvironmentInvalid, nameof(options.EnvironmentVariables), name, "a variable has a name, and the name has no '='");
            }
            else if (ContainerEnvironment.NeedsFile(name, options, host) && !ContainerEnvironment.IsLine(variable))
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

    // Certificates in another form, and none at all, would end in a program that trusts nobody and does not say why.
    private static IEnumerable<OptionProblem> CheckCaBundle(StepOptions options)
    {
        if (options.CaBundle.Length > 0 && NetworkEnvironment.HasNetwork(options) && WhyNoCaBundle(options.CaBundle) is { } reason)
        {
            yield return new(OptionProblemKind.InputMissing, nameof(options.CaBundle), options.CaBundle, reason);
        }
    }

    private static string? WhyNoCaBundle(string path)
    {
        if (!File.Exists(path) || FileStatus.Of(path) is { IsPipe: true })
        {
            return "there is no such file";
        }

        try
        {
            return File.ReadLines(path, Encoding.Latin1).Any(line => line.StartsWith("-----BEGIN ", StringComparison.Ordinal) && line.Contains("CERTIFICATE-----", StringComparison.Ordinal))
                ? null
                : "it holds no certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the file cannot be read: {e.Message}";
        }
    }

    private static IEnumerable<OptionProblem> CheckEncodings(StepOptions options)
    {
        if (options.StdErrEncoding.GetString("docker: Error"u8) != "docker: Error")
        {
            yield return Invalid(nameof(options.StdErrEncoding), options.StdErrEncoding.WebName, "the engine's own words come in standard error too, so its encoding must contain ASCII");
        }
    }

    private static IEnumerable<OptionProblem> CheckSecretsPlace(StepOptions options) =>
        from place in options.Secrets.Count == 0 ? [] : options.Mounts.Select(mount => (Parameter: nameof(options.Mounts), Path: mount.ContainerPath)).Concat(options.Tmpfs.Select(text => (Parameter: nameof(options.Tmpfs), Path: text.Split(':')[0])))
        let path = Normal(place.Path).StartsWith("/var/run/", StringComparison.Ordinal) ? Normal(place.Path)["/var".Length..] : Normal(place.Path)
        where path is SecretValues.MountPoint || path.StartsWith($"{SecretValues.MountPoint}/", StringComparison.Ordinal)
        select Conflict(place.Parameter, place.Path, $"{SecretValues.MountPoint} has the step's Secrets");

    private static OptionProblem Conflict(string parameter, string value, string reason) => new(OptionProblemKind.Conflict, parameter, value, reason);

    private static OptionProblem Invalid(string parameter, string value, string reason) => new(OptionProblemKind.ValueInvalid, parameter, value, reason);
}
