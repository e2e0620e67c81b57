using System.Runtime.InteropServices;

namespace RestrictedRunner.Hosts;

/// <summary>
/// The machine that builds: its kind, and what was asked of its system. All that differs by host is decided by this value,
/// which is handed on from where a build or a run begins, so that each host's decisions can be made on every other one.
/// </summary>
/// <param name="Kind">The operating system.</param>
internal sealed record Host(HostKind Kind)
{
    // EWOULDBLOCK of flock(2); ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
    private static readonly Dictionary<HostKind, int[]> Shared = new() { [HostKind.Linux] = [11], [HostKind.MacOS] = [35], [HostKind.Windows] = [32, 33] };

    // ENOSPC and EDQUOT; ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL and ERROR_DISK_QUOTA_EXCEEDED.
    private static readonly Dictionary<HostKind, int[]> DiskFull = new() { [HostKind.Linux] = [28, 122], [HostKind.MacOS] = [28, 69], [HostKind.Windows] = [112, 39, 1295] };

    private readonly Lazy<Owner> _owner = new(() => Owner.OfThisProcess(Kind));

    /// <summary>The machine that this process runs on.</summary>
    public static Host OfThisMachine { get; } = Read();

    /// <summary>A machine with Linux, of which nothing else is known.</summary>
    public static Host Linux { get; } = new(HostKind.Linux);

    /// <summary>A machine with macOS, of which nothing else is known.</summary>
    public static Host MacOS { get; } = new(HostKind.MacOS);

    /// <summary>A machine with Windows, of which nothing else is known.</summary>
    public static Host Windows { get; } = new(HostKind.Windows);

    /// <summary>The form of its paths.</summary>
    public HostPaths Paths { get; init; } = Kind switch { HostKind.Windows => HostPaths.Windows, HostKind.MacOS => HostPaths.MacOS, _ => HostPaths.Linux };

    /// <summary>Value of an environment variable, or null.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>Names of the environment variables.</summary>
    public Func<IEnumerable<string>> Variables { get; init; } = static () => [];

    /// <summary>True for a text that is the value of an environment variable.</summary>
    public Predicate<string> IsValue { get; init; } = static _ => false;

    /// <summary>Folder of the user's own files; empty when there is none.</summary>
    public string UserFolder { get; init; } = "";

    /// <summary>Folder of what the user's programs keep on this machine; empty when there is none.</summary>
    public string UserDataFolder { get; init; } = "";

    /// <summary>Folder where the system has temporary files.</summary>
    public string SystemTemporaryFolder { get; init; } = "";

    /// <summary>Its processor.</summary>
    public Architecture Architecture { get; init; } = Architecture.X64;

    /// <summary>Effective user id of this process; 0 on Windows.</summary>
    public uint UserId { get; init; }

    /// <summary>Effective group id of this process; 0 on Windows.</summary>
    public uint GroupId { get; init; }

    /// <summary>
    /// How the engine is reached of a client, by the client's path and the name of a context: null for an engine that is not behind
    /// ssh. A build makes one connection for all its calls.
    /// </summary>
    public Func<string, string, ForwardedSocket?> Forward { get; init; } = static (_, _) => null;

    /// <summary>Path of the program that starts another in a session of its own; null where there is none.</summary>
    public string? Setsid { get; init; }

    /// <summary>True for Windows.</summary>
    public bool IsWindows => Kind == HostKind.Windows;

    /// <summary>True where a file says whether it may be executed, and a step sees what it says.</summary>
    public bool HasExecutableBit => !IsWindows;

    /// <summary>This process, as the owner of what it starts.</summary>
    public Owner Owner => _owner.Value;

    /// <summary>Folders of programs, as <c>PATH</c> has them: the absolute ones.</summary>
    public IEnumerable<string> SearchPath => (Variable("PATH") ?? "").Split(IsWindows ? ';' : ':').Where(Paths.IsFull);

    /// <summary>
    /// Folders where installers put clients, for a build whose <c>PATH</c> lacks them, as that of a program has which was started
    /// from the desktop of macOS.
    /// </summary>
    public IReadOnlyList<string> ClientFolders => Kind switch
    {
        HostKind.MacOS => ["/usr/local/bin", "/opt/homebrew/bin", InHome(".orbstack/bin"), InHome(".docker/bin"), InHome(".rd/bin"), "/opt/podman/bin"],
        HostKind.Windows => [$@"{Variable("ProgramFiles")}\Docker\Docker\resources\bin", $@"{Variable("ProgramFiles")}\RedHat\Podman", $@"{UserDataFolder}\Programs\Podman"],
        _ => [],
    };

    /// <summary>Which names of environment variables are one variable.</summary>
    public StringComparer VariableComparer => IsWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>
    /// Folder for the files of a run, which an engine has to see. Engines in a virtual machine on macOS share the user's own
    /// folder with it, and colima nothing else: https://github.com/abiosoft/colima/blob/main/docs/FAQ.md
    /// </summary>
    public string RunFolder => Kind == HostKind.MacOS && UserFolder.Length > 0 ? $"{UserFolder}/Library/Caches/restricted-runner/run" : SystemTemporaryFolder;

    /// <summary>
    /// Folders whose files are in memory, if they are there: https://www.kernel.org/doc/html/latest/filesystems/tmpfs.html,
    /// https://specifications.freedesktop.org/basedir-spec/latest/
    /// </summary>
    public IReadOnlyList<string> MemoryFolders =>
        Kind != HostKind.Linux ? [] : Variable("XDG_RUNTIME_DIR") is { } folder && Paths.IsFull(folder) ? ["/dev/shm", Paths.Trimmed(folder)] : ["/dev/shm"];

    /// <summary>Folder where the user's programs have their caches; empty when there is none.</summary>
    public string CacheFolder => Kind switch
    {
        HostKind.Windows => UserDataFolder,
        HostKind.MacOS => InHome("Library/Caches"),

        // A relative path is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
        _ => Variable("XDG_CACHE_HOME") is { } folder && Paths.IsFull(folder) ? folder : InHome(".cache"),
    };

    /// <summary>The host, as it is where a file is: only there can be told whether names that differ in case are one.</summary>
    /// <param name="file">Full path of a file that is there.</param>
    public Host At(string file) => FileCase.IsIgnored(file) is { } ignores ? this with { Paths = Paths with { IgnoresCase = ignores } } : this;

    /// <summary>True when a file cannot be opened because another process has it for itself.</summary>
    public bool IsShared(Exception exception) => Is(Shared, exception);

    /// <summary>True when there is no room left, or none that this user may take.</summary>
    public bool IsDiskFull(Exception exception) => Is(DiskFull, exception);

    // HResult is the number of the system, on Windows with a mark in front.
    private bool Is(Dictionary<HostKind, int[]> numbers, Exception exception) => numbers[Kind].Contains(exception.HResult & 0xFFFF);

    private string InHome(string below) => (Variable("HOME") ?? UserFolder) is { Length: > 0 } home && Paths.IsFull(home) ? Paths.Join(home, below) : "";

    private static Host Read()
    {
        var kind = OperatingSystem.IsWindows() ? HostKind.Windows : OperatingSystem.IsMacOS() ? HostKind.MacOS : HostKind.Linux;
        var host = new Host(kind)
        {
            Variable = Environment.GetEnvironmentVariable,
            Variables = static () => Environment.GetEnvironmentVariables().Keys.Cast<string>(),
            IsValue = static text => Environment.GetEnvironmentVariables().Values.Cast<string>().Contains(text),
            UserFolder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
            UserDataFolder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData),
            SystemTemporaryFolder = Path.GetFullPath(Path.GetTempPath()),
            Architecture = RuntimeInformation.OSArchitecture,
            UserId = ProcessUser.Id,
            GroupId = ProcessUser.GroupId,
        };
        return host with { Setsid = OwnSession.FindSetsid(host) };
    }
}
