using System.Diagnostics;
using System.Globalization;

namespace RestrictedRunner.Host;

/// <summary>
/// A process that containers and temporary files belong to, told apart from every other one that this machine has had:
/// process numbers come again, and containers that share a host name have their own.
/// </summary>
/// <param name="System">Start of the kernel's boot id, and the namespaces of process numbers and of time; empty where the system tells neither.</param>
/// <param name="ProcessId">Number of the process.</param>
/// <param name="Started">When it was started, in clock ticks since the boot.</param>
internal sealed record Owner(string System, int ProcessId, string Started)
{
    private static readonly Lazy<Owner> Self = new(Read);

    /// <summary>This process.</summary>
    public static Owner Current => Self.Value;

    /// <summary>The owner as text without blanks, for a label or a file name.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{System}.{ProcessId}.{Started}");

    /// <summary>Reads <see cref="Text"/>; null when it is none.</summary>
    public static Owner? Parse(string text) =>
        text.Split('.') is [{ Length: > 0 } boot, { Length: > 0 } space, var id, { Length: > 0 } started]
        && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var processId)
            ? new($"{boot}.{space}", processId, started)
            : null;

    /// <summary>
    /// True only when it is sure that the process has ended: what another machine, another boot or another process
    /// namespace owns cannot be judged from here.
    /// </summary>
    public bool HasEnded()
    {
        if (System.Length == 0 || System != Current.System)
        {
            return false;
        }

        return !IsThere(ProcessId) || (Stat(ProcessId) is var (state, started) && (state is "Z" or "X" || started != Started));
    }

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

    private static Owner Read() =>
        OperatingSystem.IsLinux() && Namespaces() is { } namespaces && Stat(Environment.ProcessId) is var (_, started)
            ? new($"{File.ReadAllText("/proc/sys/kernel/random/boot_id")[..8]}.{namespaces}", Environment.ProcessId, started)
            : new("", Environment.ProcessId, "");

    // Process numbers are those of a namespace, and start times too. A /proc that is another namespace's tells of other
    // processes than ours. Time namespaces are there since Linux 5.6.
    private static string? Namespaces() =>
        LinkTarget("/proc/self") == Environment.ProcessId.ToString(CultureInfo.InvariantCulture) && Number("/proc/self/ns/pid") is { } processes
            ? $"{processes}_{Number("/proc/self/ns/time")}"
            : null;

    // "pid:[4026531836]"
    private static string? Number(string link) => LinkTarget(link) is { } name ? new string([.. name.Where(char.IsAsciiDigit)]) : null;

    private static string? LinkTarget(string link) => File.Exists(link) || Directory.Exists(link) ? File.ResolveLinkTarget(link, returnFinalTarget: false)?.Name : null;

    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name in parentheses may hold anything, blanks too.
    private static (string State, string Started)? Stat(int processId)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0], fields[19]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
