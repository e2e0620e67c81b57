using System.Buffers;

namespace RestrictedRunner.Hosts;

/// <summary>Names that files can have on Windows: https://learn.microsoft.com/windows/win32/fileio/naming-a-file</summary>
internal static class WindowsName
{
    private static readonly SearchValues<char> OfPaths = SearchValues.Create("<>:\"/\\|?*");

    private static readonly string[] Devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

    /// <summary>False for a name that Windows has for something else, or changes.</summary>
    /// <param name="name">One that is neither empty nor <c>.</c> or <c>..</c>.</param>
    public static bool IsValid(string name) =>
        name.AsSpan().IndexOfAny(OfPaths) < 0
        && !name.Any(character => character < ' ')
        && name[^1] is not ('.' or ' ')
        && !IsDevice(name.Split('.')[0].TrimEnd(' '));

    // COM1 to COM9 and LPT1 to LPT9, also with a superscript 1, 2 or 3.
    private static bool IsDevice(string name) =>
        Devices.Contains(name, StringComparer.OrdinalIgnoreCase)
        || (name is [_, _, _, (>= '0' and <= '9') or '¹' or '²' or '³'] && (name.StartsWith("COM", StringComparison.OrdinalIgnoreCase) || name.StartsWith("LPT", StringComparison.OrdinalIgnoreCase)));
}
