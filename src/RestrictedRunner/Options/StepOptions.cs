using System.Text;
using RestrictedRunner.Options;

namespace RestrictedRunner;

/// <summary>
/// Everything that decides how one command runs in one container. An empty string or list means "not given":
/// the engine's own default holds.
/// </summary>
public sealed record StepOptions
{
    /// <summary>Image reference, such as <c>alpine:3.20</c>, <c>ghcr.io/acme/bison@sha256:…</c> or an image id. Required.</summary>
    public string Image { get; init; } = "";

    /// <summary>Id of the image to run, as the caller found it under the name <see cref="Image"/>; empty to run what the name means now.</summary>
    internal string ImageId { get; init; } = "";

    /// <summary>The name that a lock file says <see cref="Image"/> of; empty for an image that is not locked.</summary>
    internal string LockedName { get; init; } = "";

    /// <summary>The image as the user named it, for messages.</summary>
    internal string ImageName => LockedName.Length > 0 ? LockedName : Image;

    /// <summary>What the engine is to run.</summary>
    internal string ImageToRun => ImageId.Length > 0 ? ImageId : Image;

    /// <summary>False gives the container no network (<c>--network none</c>).</summary>
    public bool AllowNetworking { get; init; } = true;

    /// <summary>Network to join: <c>bridge</c>, <c>host</c>, or a network's name. Only with <see cref="AllowNetworking"/>.</summary>
    public string Network { get; init; } = "";

    /// <summary>
    /// More <c>docker run</c> options in one string, split into words as a POSIX shell does; no shell reads them and
    /// nothing in them is expanded.
    /// </summary>
    public string DockerRunOpts { get; init; } = "";

    /// <summary>Host files and folders that the container sees.</summary>
    public IReadOnlyList<Mount> Mounts { get; init; } = [];

    /// <summary>User inside the container: <c>name</c>, <c>uid</c> or <c>uid:gid</c>; <c>current</c> is the uid and gid of this process.</summary>
    public string User { get; init; } = "";

    /// <summary>Working directory inside the container, an absolute path.</summary>
    public string WorkDir { get; init; } = "";

    /// <summary>Shell text that runs before <see cref="Command"/> in the same script; when it fails, the command does not run.</summary>
    public string PrepareCommand { get; init; } = "";

    /// <summary>Memory limit in Docker's form: <c>512m</c>, <c>1g</c>.</summary>
    public string Memory { get; init; } = "";

    /// <summary>Memory soft limit, <c>256m</c>.</summary>
    public string MemoryReservation { get; init; } = "";

    /// <summary>Memory and swap together, <c>1g</c>; <c>-1</c> is unlimited.</summary>
    public string MemorySwap { get; init; } = "";

    /// <summary>0 to 100; -1 leaves the engine's default.</summary>
    public int MemorySwappiness { get; init; } = -1;

    /// <summary>Linux capabilities to add, <c>NET_ADMIN</c>.</summary>
    public IReadOnlyList<string> CapAdd { get; init; } = [];

    /// <summary>Linux capabilities to drop, <c>MKNOD</c> or <c>ALL</c>.</summary>
    public IReadOnlyList<string> CapDrop { get; init; } = [];

    /// <summary>IP addresses of DNS servers.</summary>
    public IReadOnlyList<string> Dns { get; init; } = [];

    /// <summary>DNS search domains.</summary>
    public IReadOnlyList<string> DnsSearch { get; init; } = [];

    /// <summary>
    /// File with certificates in PEM form, an absolute path: the authorities that programs in the container believe, in place
    /// of those of the image. Common variables, such as <c>SSL_CERT_FILE</c>, name it. Only with a network.
    /// </summary>
    public string CaBundle { get; init; } = "";

    /// <summary>
    /// Proxy, <c>http://host:port</c>, which the variables <c>HTTP_PROXY</c> and <c>HTTPS_PROXY</c> name in upper and lower
    /// case; <c>none</c> sets none. Only with a network.
    /// </summary>
    public string Proxy { get; init; } = "";

    /// <summary>Hosts that are reached without <see cref="Proxy"/>, <c>localhost,.example.com</c>: the variable <c>NO_PROXY</c>.</summary>
    public string NoProxy { get; init; } = "";

    /// <summary>Platform of the image: <c>linux/amd64</c>, <c>linux/arm64/v8</c>.</summary>
    public string Platform { get; init; } = "";

    /// <summary>
    /// Shell that reads the script, with options if wanted (<c>bash -eo pipefail</c>). <c>none</c> splits
    /// <see cref="Command"/> into words by POSIX quoting rules and runs them without a shell.
    /// </summary>
    public string Shell { get; init => field = value is "" ? "sh" : value; } = "sh";

    /// <summary>Text of the command. Exclusive with <see cref="Arguments"/>.</summary>
    public string Command { get; init; } = "";

    /// <summary>Program and arguments, handed over one by one; no shell reads them. Exclusive with <see cref="Command"/>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Environment of the container. The values never appear on a command line.</summary>
    public IReadOnlyList<EnvironmentVariable> EnvironmentVariables { get; init; } = [];

    /// <summary>
    /// Values that the step may read and nobody else. What the command prints is masked; who calls
    /// <see cref="DockerRunner.StartAsync"/> reads it as it is.
    /// </summary>
    public IReadOnlyList<Secret> Secrets { get; init; } = [];

    /// <summary>Names of environment variables of this process that hold secrets, also those of other steps: no process that is started for this one sees them.</summary>
    internal IReadOnlyList<string> Withheld { get; init; } = [];

    /// <summary>Program that replaces the image's entry point; <c>none</c> removes it.</summary>
    public string Entrypoint { get; init; } = "";

    /// <summary>Number of processors, <c>1.5</c>.</summary>
    public string Cpus { get; init; } = "";

    /// <summary>Most processes at once; 0 leaves the engine's default, -1 is unlimited.</summary>
    public int PidsLimit { get; init; }

    /// <summary>Makes the container's root file system read-only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>In-memory folders: <c>/tmp</c> or <c>/tmp:size=64m,exec</c>.</summary>
    public IReadOnlyList<string> Tmpfs { get; init; } = [];

    /// <summary>
    /// Runs a small init as process 1 that forwards signals and reaps processes (<c>--init</c>). Without one a command
    /// does not notice SIGTERM, because process 1 ignores what it does not handle.
    /// </summary>
    public bool Init { get; init; } = true;

    /// <summary>Security options: <c>no-new-privileges</c>, <c>seccomp=profile.json</c>.</summary>
    public IReadOnlyList<string> SecurityOpt { get; init; } = [];

    /// <summary>Resource limits: <c>nofile=1024:2048</c>.</summary>
    public IReadOnlyList<string> Ulimits { get; init; } = [];

    /// <summary>Size of <c>/dev/shm</c>, <c>64m</c>.</summary>
    public string ShmSize { get; init; } = "";

    /// <summary>Host name inside the container.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Lines for the container's hosts file: <c>name:ip</c>.</summary>
    public IReadOnlyList<string> AddHost { get; init; } = [];

    /// <summary>More groups of the user: names or gids.</summary>
    public IReadOnlyList<string> GroupAdd { get; init; } = [];

    /// <summary>Labels of the container: <c>name=value</c>.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>When the image is pulled.</summary>
    public PullPolicy Pull { get; init; } = PullPolicy.Missing;

    /// <summary>How files get into the container and out of it.</summary>
    public FileTransfer Transfer { get; init; } = FileTransfer.Auto;

    /// <summary><c>auto</c> (docker, else podman, from <c>PATH</c>), <c>docker</c>, <c>podman</c>, or the path of a client.</summary>
    public string Engine { get; init => field = value is "" ? "auto" : value; } = "auto";

    /// <summary>
    /// The context of docker's, or the connection of podman's, that leads to the engine; without one the client's own choice holds
    /// (<c>DOCKER_HOST</c>, <c>DOCKER_CONTEXT</c>, <c>docker context use</c>).
    /// </summary>
    public string Context { get; init; } = "";

    /// <summary>The engine that the step runs on.</summary>
    internal EngineChoice EngineChoice => new(Engine, Context);

    /// <summary>File whose content is the command's standard input, an absolute path. Without one standard input is empty.</summary>
    public string StandardInput { get; init; } = "";

    /// <summary>Longest time that the command may run; pulling does not count. Unlimited without one.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>How the bytes of standard output are text. Default UTF-8.</summary>
    public Encoding StdOutEncoding { get; init; } = Encoding.UTF8;

    /// <summary>
    /// How the bytes of standard error are text. Default UTF-8. It must contain ASCII (not UTF-16, UTF-32 or EBCDIC),
    /// because the engine's own words come in the same stream.
    /// </summary>
    public Encoding StdErrEncoding { get; init; } = Encoding.UTF8;

    /// <summary>
    /// Time that the command has to end after SIGTERM when it is cancelled or its <see cref="Timeout"/> runs out; then
    /// it is killed. Default two seconds; zero kills at once.
    /// </summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Nobody is left who waits for the step: one that is cancelled after this is ended as if this process had been
    /// killed, and a <see cref="StopTimeout"/> that runs ends.
    /// </summary>
    internal CancellationToken StopAtOnce { get; init; }

    /// <summary>Folder that the engine's client runs in: relative paths in <see cref="DockerRunOpts"/> and
    /// <see cref="SecurityOpt"/> start there. Without one it is this process's own.</summary>
    public string ClientDirectory { get; init; } = "";

    /// <summary>
    /// The table of options: a row for each option of a step. Checks, arguments, keys and the reading of parameters
    /// follow from it.
    /// </summary>
    internal static IReadOnlyList<StepOption> Table { get; } =
    [
        StepOption.Text(nameof(Image), o => o.Image, (o, v) => o with { Image = v }) with { Key = KeyPart.OfAction },
        StepOption.Text(nameof(Command), o => o.Command, (o, v) => o with { Command = v }) with { Key = KeyPart.OfAction },
        StepOption.Items(nameof(Arguments), o => o.Arguments) with { Key = KeyPart.OfAction },
        StepOption.Text(nameof(Shell), o => o.Shell, (o, v) => o with { Shell = v }) with { Key = KeyPart.OfAction },
        StepOption.Text(nameof(PrepareCommand), o => o.PrepareCommand, (o, v) => o with { PrepareCommand = v }) with { Key = KeyPart.OfAction },
        StepOption.Switch(nameof(Init), o => o.Init, (o, v) => o with { Init = v }, byDefault: true) with { Flag = "--init" },
        StepOption.Switch(nameof(AllowNetworking), o => o.AllowNetworking, (o, v) => o with { AllowNetworking = v }, byDefault: true) with
        {
            Words = o => o.AllowNetworking ? [] : ["--network", "none"],
            LoosensHermetic = static value => !value.Equals("false", StringComparison.OrdinalIgnoreCase),
        },
        StepOption.Text(nameof(Network), o => o.Network, (o, v) => o with { Network = v }) with
        {
            Flag = "--network",
            Form = new(OptionForms.IsWord, "a network is one word, such as bridge, host or a network's name"),
            LoosensHermetic = static value => value != "none",
        },
        StepOption.Text(nameof(Memory), o => o.Memory, (o, v) => o with { Memory = v }) with { Flag = "--memory", Form = OptionForm.Size },
        StepOption.Text(nameof(MemoryReservation), o => o.MemoryReservation, (o, v) => o with { MemoryReservation = v }) with { Flag = "--memory-reservation", Form = OptionForm.Size },
        StepOption.Text(nameof(MemorySwap), o => o.MemorySwap, (o, v) => o with { MemorySwap = v }) with { Flag = "--memory-swap", Form = OptionForm.SizeOrUnlimited },
        StepOption.Number(nameof(MemorySwappiness), o => o.MemorySwappiness, (o, v) => o with { MemorySwappiness = v }, byDefault: -1) with
        {
            Flag = "--memory-swappiness",
            Form = OptionForm.OfNumber(number => number is >= -1 and <= 100, "it is 0 to 100, or -1 for the engine's default"),
        },
        StepOption.Text(nameof(Cpus), o => o.Cpus, (o, v) => o with { Cpus = v }) with { Flag = "--cpus", Form = new(OptionForms.IsCpus, "it is a number of processors above 0, such as 1.5") },
        StepOption.Number(nameof(PidsLimit), o => o.PidsLimit, (o, v) => o with { PidsLimit = v }, byDefault: 0) with
        {
            Flag = "--pids-limit",
            Form = OptionForm.OfNumber(number => number >= -1, "it is a number of processes, or -1 for no limit"),
            LoosensHermetic = static value => !int.TryParse(value, out var number) || number is < 1 or > StepOption.HermeticPidsLimit,
        },
        StepOption.Text(nameof(ShmSize), o => o.ShmSize, (o, v) => o with { ShmSize = v }) with { Flag = "--shm-size", Form = OptionForm.Size },
        StepOption.List(nameof(CapAdd), o => o.CapAdd, (o, v) => o with { CapAdd = v }) with { Flag = "--cap-add", Form = OptionForm.Capability, LoosensHermetic = static _ => true },
        StepOption.List(nameof(CapDrop), o => o.CapDrop, (o, v) => o with { CapDrop = v }) with { Flag = "--cap-drop", Form = OptionForm.Capability },
        StepOption.List(nameof(SecurityOpt), o => o.SecurityOpt, (o, v) => o with { SecurityOpt = v }) with
        {
            Flag = "--security-opt",
            Form = new(OptionForms.IsWord, "a security option is one word, such as no-new-privileges"),
            LoosensHermetic = OptionForms.LoosensSecurity,
        },
        StepOption.List(nameof(Ulimits), o => o.Ulimits, (o, v) => o with { Ulimits = v }) with { Flag = "--ulimit", Form = new(value => OptionForms.Ulimit().IsMatch(value), "a limit is name=soft[:hard], such as nofile=1024:2048") },
        StepOption.List(nameof(Dns), o => o.Dns, (o, v) => o with { Dns = v }) with { Flag = "--dns", Form = new(OptionForms.IsAddress, "a DNS server is an IP address") },
        StepOption.List(nameof(DnsSearch), o => o.DnsSearch, (o, v) => o with { DnsSearch = v }) with { Flag = "--dns-search", Form = new(OptionForms.IsWord, "a search domain is one word, such as example.com") },
        StepOption.List(nameof(AddHost), o => o.AddHost, (o, v) => o with { AddHost = v }) with { Flag = "--add-host", Form = new(OptionForms.IsHostLine, "it is name:ip") },
        StepOption.Text(nameof(Hostname), o => o.Hostname, (o, v) => o with { Hostname = v }) with
        {
            Flag = "--hostname",
            Form = new(value => OptionForms.HostName().IsMatch(value), "a host name has letters, digits, dots and dashes, and at most 63 characters"),
        },
        StepOption.Text(nameof(Platform), o => o.Platform, (o, v) => o with { Platform = v }) with { Flag = "--platform", Form = new(value => OptionForms.Platform().IsMatch(value), "a platform is os/arch[/variant], such as linux/amd64") },
        StepOption.Switch(nameof(ReadOnly), o => o.ReadOnly, (o, v) => o with { ReadOnly = v }, byDefault: false) with { Flag = "--read-only", LoosensHermetic = static value => !value.Equals(StepOption.True, StringComparison.OrdinalIgnoreCase) },
        StepOption.List(nameof(Tmpfs), o => o.Tmpfs, (o, v) => o with { Tmpfs = v }) with { Flag = "--tmpfs", Form = new(value => value.StartsWith('/'), "it is /path or /path:options") },
        StepOption.List(nameof(GroupAdd), o => o.GroupAdd, (o, v) => o with { GroupAdd = v }) with { Flag = "--group-add", Form = new(OptionForms.IsWord, "a group is a name or a gid") },
        StepOption.List(nameof(Labels), o => o.Labels, (o, v) => o with { Labels = v }) with { Flag = "--label", Form = new(OptionForms.IsLabel, $"a label is name or name=value, and names that start with {OptionForms.OwnPrefix} are taken"), Key = KeyPart.None },

        // What follows becomes words of docker run together with facts of the run: see RunArguments.
        StepOption.Text(nameof(User), o => o.User, (o, v) => o with { User = v }) with
        {
            Form = new(OptionForms.IsWord, "a user is a name, uid or uid:gid, or current"),
            LoosensHermetic = static value => value.Split(':')[0] is "root" or "0",
        },
        StepOption.Text(nameof(WorkDir), o => o.WorkDir, (o, v) => o with { WorkDir = v }) with { Form = new(value => value.StartsWith('/'), "the working directory is an absolute path inside the container") },
        StepOption.Items(nameof(Mounts), o => [.. o.Mounts.SelectMany(mount => new[] { mount.HostPath, mount.ContainerPath })]) with { LoosensHermetic = static _ => true },
        StepOption.Items(nameof(EnvironmentVariables), o => [.. o.EnvironmentVariables.SelectMany(variable => new[] { variable.Name, variable.Value })]) with { Key = KeyPart.OfAction },
        StepOption.Items(nameof(Secrets), o => [.. o.Secrets.Select(secret => secret.As.Length > 0 ? $"{secret.Name}={secret.As}" : secret.Name)]) with { LoosensHermetic = static _ => true },
        StepOption.Text(nameof(Entrypoint), o => o.Entrypoint, (o, v) => o with { Entrypoint = v }) with { Form = new(value => !value.StartsWith('-'), "an entry point is a program in the image, or none") },
        StepOption.Text(nameof(DockerRunOpts), o => o.DockerRunOpts, (o, v) => o with { DockerRunOpts = v }) with { LoosensHermetic = static _ => true },
        StepOption.Other(nameof(StandardInput), OptionType.Text, o => o.StandardInput),
        StepOption.Other(nameof(StdOutEncoding), OptionType.Text, o => o.StdOutEncoding.WebName),
        StepOption.Other(nameof(StdErrEncoding), OptionType.Text, o => o.StdErrEncoding.WebName),
        StepOption.Other(nameof(Timeout), OptionType.Number, o => $"{o.Timeout}") with { Key = KeyPart.OfAction },

        // Where, when or how noisily a step runs, but not what comes out of it. The same files come through any proxy.
        StepOption.Other(nameof(CaBundle), OptionType.Text, o => o.CaBundle) with { Key = KeyPart.None },
        StepOption.Text(nameof(Proxy), o => o.Proxy, (o, v) => o with { Proxy = v }) with { Form = new(OptionForms.IsProxy, "a proxy is a URL, such as http://proxy.example.com:3128, or none"), Key = KeyPart.None },
        StepOption.Text(nameof(NoProxy), o => o.NoProxy, (o, v) => o with { NoProxy = v }) with { Form = new(OptionForms.IsWord, "it is a list of hosts with commas and without spaces, such as localhost,.example.com"), Key = KeyPart.None },
        StepOption.Other(nameof(StopTimeout), OptionType.Number, o => $"{o.StopTimeout}") with { Key = KeyPart.None },
        StepOption.Other(nameof(Pull), OptionType.Text, o => $"{o.Pull}") with { Key = KeyPart.None },
        StepOption.Other(nameof(Transfer), OptionType.Text, o => $"{o.Transfer}") with { Key = KeyPart.None },
        StepOption.Other(nameof(Engine), OptionType.Text, o => o.Engine) with { Form = new(value => !value.StartsWith('-'), "it is auto, docker, podman or the path of a client"), Key = KeyPart.None },
        StepOption.Text(nameof(Context), o => o.Context, (o, v) => o with { Context = v }) with { Form = new(OptionForms.IsWord, "it is the name of a docker context, or of a podman connection"), Key = KeyPart.None },
    ];
}
