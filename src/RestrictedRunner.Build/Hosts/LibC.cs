using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RestrictedRunner.Build.Hosts;

/// <summary>The calls of the C library that only MSBuild's side needs. Paths end with a NUL.</summary>
internal static class LibC
{
    [DllImport("libc", EntryPoint = "remove", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Remove(byte[] path);

    [DllImport("libc", EntryPoint = "chmod")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int ChangeMode(byte[] path, uint mode);

    [DllImport("libc", EntryPoint = "readlink", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint ReadLink(byte[] path, byte[] target, nint size);

    [DllImport("libc", EntryPoint = "llistxattr")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint ListAttributes(byte[] path, byte[] names, nint size);

    [DllImport("libc", EntryPoint = "opendir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint OpenFolder(byte[] path);

    [DllImport("libc", EntryPoint = "readdir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern nint ReadFolder(nint folder);

    [DllImport("libc", EntryPoint = "closedir")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int CloseFolder(nint folder);

    [DllImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int ControlFile(SafeFileHandle file, nuint request, nint argument);

    [DllImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Poll(ref PollQuestion question, nuint count, int milliseconds);

    /// <summary><c>struct pollfd</c>. An end of the connection is told without being asked for.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollQuestion
    {
        public int File;
        public short Asked;
        public short Answer;
    }
}
