using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RestrictedRunner.Hosts;

/// <summary>
/// A process that containers and temporary files belong to, told apart from every other one that this machine has had:
/// process numbers come again, and containers that share a host name have their own.
/// </summary>
/// <param name="System">
/// Of Linux the start of the kernel's boot id, and the namespaces of process numbers and of time; of macOS the start of its
/// boot id; of Windows a hash of the machine's own number and name, because names come twice. Empty where the system tells none.
/// </param>
/// <param name="ProcessId">Number of the process.</param>
/// <param name="Started">When it was started: of Linux in clock ticks since the boot, else since a fixed day.</param>
internal sealed record Owner(string System, int ProcessId, string Started)
{
    private const int BootIdLength = 8;

    /// <summary>True when this process can tell whether an owner has ended.</summary>
    public bool CanJudge => System.Length > 0;

    /// <summary>The owner as text without blanks, for a label or a file name.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{System}.{ProcessId}.{Started}");

    /// <summary>Reads <see cref="Text"/>; null when it is none.</summary>
    public static Owner? Parse(string text) =>
        text.Split('.') is [{ Length: > 0 } boot, { Length: > 0 } space, var id, { Length: > 0 } started]
        && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
            ? new($"{boot}.{space}", processId, started)
            : null;

    /// <summary>This process.</summary>
    public static Owner OfThisProcess(HostKind kind)
    {
        var id = Environment.ProcessId;
        return SystemId(kind) is { } system && Look(id) is { } process ? new(system, id, process.Started) : new("", id, "");
    }

    /// <summary>
    /// True only when it is sure that the process has ended: what another machine, another boot or another process
    /// namespace owns cannot be judged from here.
    /// </summary>
    /// <param name="current">This process.</param>
    public bool HasEnded(Owner current) =>
        System.Length > 0 && System == current.System && (!IsThere(ProcessId) || (Look(ProcessId) is { } process && (process.IsDead || process.Started != Started)));

    // Not by /proc, which may hide the processes of other users (hidepid).
    private static bool IsThere(int processId)
    {
        try
        {
            Process.GetProcessById(processId).Dispose();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string? SystemId(HostKind kind) => kind switch
    {
        HostKind.Windows => WindowsMachine() is { } machine ? $"windows.{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{machine} {Environment.MachineName}")))[..BootIdLength]}" : null,
        HostKind.MacOS => MacOS.BootId() is { } boot ? $"{boot[..BootIdLength]}.macos" : null,
        _ => LinuxProcess.Namespaces() is { } namespaces ? $"{LinuxProcess.BootId()[..BootIdLength]}.{namespaces}" : null,
    };

    private static string? WindowsMachine() =>
        OperatingSystem.IsWindows() ? Microsoft.Win32.Registry.GetValue(@"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Cryptography", "MachineGuid", null) as string : null;

    // A process of the machine that this one runs on.
    private static (string Started, bool IsDead)? Look(int processId) =>
        OperatingSystem.IsWindows() ? WindowsStart(processId) is { } started ? (started, false) : null
        : OperatingSystem.IsMacOS() ? MacOS.Started(processId) is { } second ? (second, false) : null
        : LinuxProcess.Look(processId);

    // A fixed number for each process, unlike what .NET has for one of macOS.
    private static string? WindowsStart(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToFileTimeUtc().ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or global::System.ComponentModel.Win32Exception)
        {
            // It has ended meanwhile, or is another user's.
            return null;
        }
    }
}
