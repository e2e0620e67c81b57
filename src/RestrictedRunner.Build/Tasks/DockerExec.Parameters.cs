using System.Runtime.CompilerServices;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Parameters;

namespace RestrictedRunner.Build;

/// <content>
/// The parameters. Lists take <c>;</c>-separated values or items. Empty means "not given": the engine's default holds.
/// </content>
public sealed partial class DockerExec
{
    // Each parameter that a declared step may have too is written in the form of Image, by which the build of this project
    // finds it for the defaults of projects.
    private readonly Dictionary<string, GivenValue> _given = [];

    /// <summary>Image reference, such as <c>alpine:3.20</c> or <c>ghcr.io/acme/bison@sha256:…</c>. Must be given.</summary>
    // Not [Required]: MSBuild's own error would hide all other faults of the step.
    public string Image { get; set => field = Give(value); } = "";

    /// <summary>Text of the command, read by <see cref="Shell"/>. Exclusive with <see cref="Arguments"/>.</summary>
    public string Command { get; set => field = Give(value); } = "";

    /// <summary>
    /// Program and arguments, one item each, read by no shell. Metadata <c>Value</c> takes exact text where MSBuild
    /// would change an item's identity.
    /// </summary>
    public ITaskItem[] Arguments { get; set => field = Give(value); } = [];

    /// <summary>Shell that reads the command, with options if wanted (<c>bash -e</c>). Default <c>sh</c>; <c>none</c> splits the command into words and runs them without one.</summary>
    public string Shell { get; set => field = Give(value); } = "sh";

    /// <summary>Shell text that runs before the command, in the same script; when it fails, the step fails.</summary>
    public string PrepareCommand { get; set => field = Give(value); } = "";

    /// <summary><c>NAME=value</c>, or an item named after the variable with metadata <c>Value</c>.</summary>
    public ITaskItem[] EnvironmentVariables { get; set => field = Give(value); } = [];

    /// <summary>
    /// The items <c>DockerSecret</c>, or some of them: each a name, with the metadata <c>Environment</c> or <c>File</c>, and
    /// <c>As</c> and <c>Optional</c>. The container has the value in <c>/run/secrets/NAME</c>; the log has <c>***</c>.
    /// </summary>
    public ITaskItem[] Secrets { get; set => field = Give(value); } = [];

    /// <summary>File whose content is the command's standard input; relative to the project.</summary>
    public string StandardInput { get; set => field = Give(value); } = "";

    /// <summary>Program that replaces the image's entry point; <c>none</c> removes it.</summary>
    public string Entrypoint { get; set => field = Give(value); } = "";

    /// <summary>Working directory inside the container, an absolute path. Exclusive with <see cref="WorkingDirectory"/>.</summary>
    public string WorkDir { get; set => field = Give(value); } = "";

    /// <summary>Working directory as a folder of the host, relative to the project, that a mount shows to the container.</summary>
    public string WorkingDirectory { get; set => field = Give(value); } = "";

    /// <summary>User: <c>name</c>, <c>uid</c>, <c>uid:gid</c>, or <c>current</c> for the user that runs the build.</summary>
    public string User { get; set => field = Give(value); } = "";

    /// <summary>More groups of the user.</summary>
    public string[] GroupAdd { get; set => field = Give(value); } = [];

    /// <summary>
    /// <c>host:container[:ro]</c>, or an item whose identity is the host path with metadata <c>ContainerPath</c> and
    /// <c>ReadOnly</c>. Host paths are relative to the project.
    /// </summary>
    public ITaskItem[] Mounts { get; set => field = Give(value); } = [];

    /// <summary>
    /// Folders that live from run to run, for the caches of package managers: <c>name:/container/path</c>, with options
    /// <c>name:/container/path:sharing=locked,scope=machine</c>.
    /// </summary>
    public string[] CacheMounts { get; set => field = Give(value); } = [];

    /// <summary>In-memory folders: <c>/tmp</c> or <c>/tmp:size=64m,exec</c>.</summary>
    public string[] Tmpfs { get; set => field = Give(value); } = [];

    /// <summary>Makes the container's root file system read-only. Default false.</summary>
    public bool ReadOnly { get; set => field = Give(value); }

    /// <summary>False gives the container no network. Default true.</summary>
    public bool AllowNetworking { get; set => field = Give(value); } = true;

    /// <summary>Network to join: <c>bridge</c>, <c>host</c>, or a network's name.</summary>
    public string Network { get; set => field = Give(value); } = "";

    /// <summary>IP addresses of DNS servers.</summary>
    public string[] Dns { get; set => field = Give(value); } = [];

    /// <summary>DNS search domains.</summary>
    public string[] DnsSearch { get; set => field = Give(value); } = [];

    /// <summary>Lines for the hosts file: <c>name:ip</c>.</summary>
    public string[] AddHost { get; set => field = Give(value); } = [];

    /// <summary>Host name inside the container.</summary>
    public string Hostname { get; set => field = Give(value); } = "";

    /// <summary>Memory limit, <c>512m</c>.</summary>
    public string Memory { get; set => field = Give(value); } = "";

    /// <summary>Memory soft limit, <c>256m</c>.</summary>
    public string MemoryReservation { get; set => field = Give(value); } = "";

    /// <summary>Memory and swap together, <c>1g</c>; <c>-1</c> is unlimited.</summary>
    public string MemorySwap { get; set => field = Give(value); } = "";

    /// <summary>0 to 100; -1, the default, leaves the engine's.</summary>
    public int MemorySwappiness { get; set => field = Give(value); } = -1;

    /// <summary>Number of processors, <c>1.5</c>.</summary>
    public string Cpus { get; set => field = Give(value); } = "";

    /// <summary>Most processes at once; -1 is unlimited.</summary>
    public int PidsLimit { get; set => field = Give(value); }

    /// <summary>Size of <c>/dev/shm</c>, <c>64m</c>.</summary>
    public string ShmSize { get; set => field = Give(value); } = "";

    /// <summary>Resource limits, <c>nofile=1024:2048</c>.</summary>
    public string[] Ulimits { get; set => field = Give(value); } = [];

    /// <summary>Linux capabilities to add, <c>NET_ADMIN</c>.</summary>
    public string[] CapAdd { get; set => field = Give(value); } = [];

    /// <summary>Linux capabilities to drop, <c>MKNOD</c> or <c>ALL</c>.</summary>
    public string[] CapDrop { get; set => field = Give(value); } = [];

    /// <summary>Security options, <c>no-new-privileges</c>.</summary>
    public string[] SecurityOpt { get; set => field = Give(value); } = [];

    /// <summary>Runs a small init as process 1, so that signals reach the command. Default true.</summary>
    public bool Init { get; set => field = Give(value); } = true;

    /// <summary>Labels of the container, <c>name=value</c>.</summary>
    public string[] Labels { get; set => field = Give(value); } = [];

    /// <summary>File with certificates in PEM form that programs in the container believe; relative to the project. Only with a network.</summary>
    public string CaBundle { get; set => field = Give(value); } = "";

    /// <summary>Proxy, <c>http://host:port</c>, for the variables that programs look for one in; <c>none</c> for no proxy. Only with a network.</summary>
    public string Proxy { get; set => field = Give(value); } = "";

    /// <summary>Hosts that are reached without <see cref="Proxy"/>, <c>localhost,.example.com</c>.</summary>
    public string NoProxy { get; set => field = Give(value); } = "";

    /// <summary>Platform of the image, <c>linux/amd64</c>.</summary>
    public string Platform { get; set => field = Give(value); } = "";

    /// <summary>When the image is pulled: <c>missing</c> (default), <c>always</c>, <c>never</c>.</summary>
    public string Pull { get; set => field = Give(value); } = "missing";

    /// <summary>How files get to the engine: <c>auto</c> (default: copied where it does not see them), <c>mount</c>, <c>copy</c>.</summary>
    public string Transfer { get; set => field = Give(value); } = "auto";

    /// <summary><c>auto</c> (default: docker, else podman), <c>docker</c>, <c>podman</c>, or the path of a client.</summary>
    public string Engine { get; set => field = Give(value); } = "auto";

    /// <summary>Name of the docker context, or of the podman connection, that leads to the engine; without one the client's own choice.</summary>
    public string Context { get; set => field = Give(value); } = "";

    /// <summary>More <c>docker run</c> options in one string, split into words as a POSIX shell does.</summary>
    public string DockerRunOpts { get; set => field = Give(value); } = "";

    /// <summary>Milliseconds after which the container is stopped and the step fails; negative, the default, for no limit.</summary>
    public int Timeout { get; set => field = Give(value); } = System.Threading.Timeout.Infinite;

    /// <summary>
    /// Milliseconds that the command has to end after SIGTERM when the build is cancelled or <see cref="Timeout"/> runs
    /// out; then it is killed. Default 2000; 0 kills at once.
    /// </summary>
    public int StopTimeout { get; set => field = Give(value); } = 2000;

    /// <summary>True lets the build go on whatever the command's exit code is. Default false.</summary>
    public bool IgnoreExitCode { get; set => field = Give(value); }

    /// <summary>True collects the lines of output in <see cref="ConsoleOutput"/>. Default false.</summary>
    public bool ConsoleToMSBuild { get; set; }

    /// <summary>True leaves the command itself out of the log. Default false.</summary>
    public bool EchoOff { get; set => field = Give(value); }

    /// <summary>
    /// Regular expressions for lines that are errors or warnings, with the groups <c>message</c>, and if wanted
    /// <c>file</c>, <c>line</c>, <c>column</c>, <c>severity</c> and <c>code</c>. Metadata <c>Value</c> takes exact text.
    /// </summary>
    public ITaskItem[] ErrorFormats { get; set => field = Give(value); } = [];

    /// <summary>
    /// Values of parameters that the task has no attribute for: items named after them with metadata <c>Value</c>.
    /// <c>@(DockerExecDefault)</c> are those of the project's properties <c>DockerExec…</c>.
    /// </summary>
    public ITaskItem[] Defaults { get; set; } = [];

    /// <summary>Importance of the lines of standard output: <c>high</c> (default), <c>normal</c>, <c>low</c>.</summary>
    public string StandardOutputImportance { get; set => field = Give(value); } = "";

    /// <summary>Importance of the lines of standard error: <c>high</c> (default), <c>normal</c>, <c>low</c>.</summary>
    public string StandardErrorImportance { get; set => field = Give(value); } = "";

    /// <summary>True makes every line of standard error an error, and nothing else. Default false.</summary>
    public bool LogStandardErrorAsError { get; set => field = Give(value); }

    /// <summary>True ignores the format of lines: none becomes an error or a warning because of it. Default false.</summary>
    public bool IgnoreStandardErrorWarningFormat { get; set => field = Give(value); }

    /// <summary>Regular expression; lines that match are errors.</summary>
    public string CustomErrorRegularExpression { get; set => field = Give(value); } = "";

    /// <summary>Regular expression; lines that match, and are no errors, are warnings.</summary>
    public string CustomWarningRegularExpression { get; set => field = Give(value); } = "";

    /// <summary>File that takes all output when the step fails, relative to the project. Default: a new one in <c>docker-exec</c>, where the project has its <c>obj</c>.</summary>
    public string LogFile { get; set => field = Give(value); } = "";

    /// <summary>Accepted for projects that set it on <c>Exec</c>: text always reaches a container as UTF-8.</summary>
    public string UseUtf8Encoding { get; set; } = "";

    /// <summary>Accepted for projects that set it on <c>Exec</c>; without effect.</summary>
    public bool UseCommandProcessor { get; set; }

    /// <summary>Accepted for projects that set it on <c>Exec</c>; without effect.</summary>
    public bool YieldDuringToolExecution { get; set; }

    /// <summary>Encoding of standard output, <c>latin1</c>; afterwards its full name. Default UTF-8.</summary>
    [Output]
    public string StdOutEncoding { get; set => field = Give(value); } = "";

    /// <summary>Encoding of standard error, <c>latin1</c>; afterwards its full name. Default UTF-8.</summary>
    [Output]
    public string StdErrEncoding { get; set => field = Give(value); } = "";

    /// <summary>Handed back as it came, for a project that names in one place what the command writes.</summary>
    [Output]
    public ITaskItem[] Outputs { get; set; } = [];

    /// <summary>The command's exit code; -1 when it did not run to its end, or when it returned 0 and its output held errors.</summary>
    [Output]
    public int ExitCode { get; private set; } = -1;

    /// <summary>
    /// With <see cref="ConsoleToMSBuild"/>, the lines of output that are not blank, without trailing blanks; metadata
    /// <c>Stream</c> is <c>stdout</c> or <c>stderr</c>.
    /// </summary>
    [Output]
    public ITaskItem[] ConsoleOutput { get; private set; } = [];

    /// <summary>Name of the container, which is gone by now; empty when none was to be created.</summary>
    [Output]
    public string ContainerName { get; private set; } = "";

    /// <summary>
    /// <c>repository@sha256:…</c> of the image, or its id when it came from no registry; empty when no container was to
    /// be created. Looked up when the project asks for it.
    /// </summary>
    [Output]
    public string ImageDigest => _started is null || !IsImageDigestWanted() ? "" : FindImageDigest(_started);

    /// <summary>True when the step was stopped because of <see cref="Timeout"/>.</summary>
    [Output]
    public bool TimedOut { get; private set; }

    /// <summary>Whole milliseconds from the start of the engine's client to its end, without a pull; 0 when the command did not run.</summary>
    [Output]
    public long Duration { get; private set; }

    /// <summary>
    /// True when the kernel killed a process of the step because memory ran out. Docker tells it of steps with a memory
    /// limit; podman does not.
    /// </summary>
    [Output]
    public bool OutOfMemory { get; private set; }

    private T Give<T>(T value, [CallerMemberName] string name = "")
        where T : notnull
    {
        _given[name] = GivenValue.OfTask(value);
        return value;
    }
}
