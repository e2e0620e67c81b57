using System.Globalization;

namespace RestrictedRunner.Hosts;

/// <summary>What <c>/proc</c> tells of processes.</summary>
internal static class LinuxProcess
{
    /// <summary>Number of the boot, another one each time.</summary>
    public static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id");

    /// <summary>
    /// Those of process numbers and of time, as text. Process numbers are those of a namespace, and start times too. Null where
    /// <c>/proc</c> is another namespace's and tells of other processes than ours. Time namespaces are there since Linux 5.6.
    /// </summary>
    public static string? Namespaces() =>
        LinkTarget("/proc/self") == Environment.ProcessId.ToString(CultureInfo.InvariantCulture) && Number("/proc/self/ns/pid") is { } processes
            ? $"{processes}_{Number("/proc/self/ns/time")}"
            : null;

    /// <summary>When a process was started, in clock ticks since the boot, and whether it is dead and only its number is left; null when it is not seen.</summary>
    // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the name in parentheses may hold anything, blanks too.
    public static (string Started, bool IsDead)? Look(int processId)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[19], fields[0] is "Z" or "X");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // "pid:[4026531836]"
    private static string? Number(string link) => LinkTarget(link) is { } name ? new string([.. name.Where(char.IsAsciiDigit)]) : null;

    private static string? LinkTarget(string link) => File.Exists(link) || Directory.Exists(link) ? File.ResolveLinkTarget(link, returnFinalTarget: false)?.Name : null;
}
