using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RestrictedRunner.Hosts;

/// <summary>The calls of Windows.</summary>
internal static class Kernel32
{
    /// <summary>Opens a file or folder.</summary>
    [DllImport("kernel32.dll", EntryPoint = "CreateFileW", CharSet = CharSet.Unicode, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static extern SafeFileHandle OpenFile(string path, uint access, uint share, nint security, uint creation, uint flags, nint template);

    /// <summary>Tells one thing of an open file.</summary>
    [DllImport("kernel32.dll", EntryPoint = "GetFileInformationByHandleEx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static extern bool GetFileInformation(SafeFileHandle file, int kind, ref byte information, int size);

    /// <summary>What an open file is: 1 on a disk.</summary>
    [DllImport("kernel32.dll", EntryPoint = "GetFileType")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static extern int GetKind(SafeFileHandle file);
}
