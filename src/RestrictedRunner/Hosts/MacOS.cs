using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace RestrictedRunner.Hosts;

/// <summary>What only macOS tells: https://developer.apple.com/library/archive/documentation/System/Conceptual/ManPages_iPhoneOS/man3/sysctl.3.html</summary>
internal static class MacOS
{
    // CTL_KERN, KERN_PROC, KERN_PROC_PID; of struct kinfo_proc, which is longer than this by little, the start comes first.
    private const int Kernel = 1;
    private const int Processes = 14;
    private const int OfNumber = 1;
    private const int LongestAnswer = 1024;

    /// <summary>Number of the boot, another one each time; null when it is not told.</summary>
    public static string? BootId()
    {
        var answer = new byte[LongestAnswer];
        var length = (nint)answer.Length;
        return LibC.SystemControlByName("kern.bootsessionuuid\0"u8.ToArray(), answer, ref length, 0, 0) == 0 && length > 8 ? Encoding.ASCII.GetString(answer, 0, (int)length - 1) : null;
    }

    /// <summary>When a process was started, in seconds and microseconds; null when there is none.</summary>
    public static string? Started(int processId)
    {
        var answer = new byte[LongestAnswer];
        var length = (nint)answer.Length;
        return LibC.SystemControl([Kernel, Processes, OfNumber, processId], 4, answer, ref length, 0, 0) == 0 && length > 0 ? StartOf(answer) : null;
    }

    /// <summary>The start in a <c>struct kinfo_proc</c>, which begins with a <c>struct timeval</c>, without a hyphen: one ends an owner in the name of a folder.</summary>
    public static string StartOf(ReadOnlySpan<byte> process) =>
        string.Create(CultureInfo.InvariantCulture, $"{MemoryMarshal.Read<long>(process)}_{MemoryMarshal.Read<int>(process[8..])}");

    /// <summary>The status in a <c>struct stat</c> with inodes of 64 bits: https://developer.apple.com/library/archive/documentation/System/Conceptual/ManPages_iPhoneOS/man2/stat.2.html</summary>
    public static FileStatus StatusOf(ReadOnlySpan<byte> status) => new(
        MemoryMarshal.Read<uint>(status[16..]),
        MemoryMarshal.Read<ushort>(status[4..]),
        MemoryMarshal.Read<uint>(status),
        MemoryMarshal.Read<ulong>(status[8..]),
        MemoryMarshal.Read<long>(status[96..]),
        Nanoseconds(status[48..]),
        Nanoseconds(status[64..]));

    private static long Nanoseconds(ReadOnlySpan<byte> time) => (MemoryMarshal.Read<long>(time) * 1_000_000_000) + MemoryMarshal.Read<long>(time[8..]);
}
