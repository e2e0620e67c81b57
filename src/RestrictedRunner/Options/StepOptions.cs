using System.Text;

namespace RestrictedRunner;

/// <summary>
/// Everything that decides how one command runs in one container. An empty string or list means "not given":
/// the engine's own default holds.
/// </summary>
public sealed record StepOptions
{
    /// <summary>Image reference, such as <c>alpine:3.20</c>, <c>ghcr.io/acme/bison@sha256:…</c> or an image id. Required.</summary>
    public string Image { get; init; } = "";

    /// <summary>What <see cref="Image"/> stood for when the caller looked, and what is run then; empty to run what it stands for by now.</summary>
    internal string ImageId { get; init; } = "";

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

    /// <summary>Environment of the container. The values do not stand on a command line.</summary>
    public IReadOnlyList<EnvironmentVariable> EnvironmentVariables { get; init; } = [];

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
    /// does not feel SIGTERM, because process 1 ignores what it does not handle.
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

    /// <summary><c>auto</c> (docker, else podman, from <c>PATH</c>), <c>docker</c>, <c>podman</c>, or the path of a client.</summary>
    public string Engine { get; init => field = value is "" ? "auto" : value; } = "auto";

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
}
