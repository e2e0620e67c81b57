using System.Globalization;
using System.Runtime.InteropServices;

namespace RestrictedRunner;

/// <summary>The user that runs this process.</summary>
internal static class CurrentUser
{
    /// <summary><c>uid:gid</c>; empty on Windows, where the engine's machine gives files to the caller by itself.</summary>
    public static string Id() =>
        OperatingSystem.IsWindows() ? "" : string.Create(CultureInfo.InvariantCulture, $"{GetEffectiveUserId()}:{GetEffectiveGroupId()}");

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetEffectiveUserId();

    [DllImport("libc", EntryPoint = "getegid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetEffectiveGroupId();
}
