using System.Runtime.InteropServices;
using System.Text;

namespace RestrictedRunner.Hosts;

/// <summary>Makes links of both sorts.</summary>
internal static class NewLink
{
    /// <summary>Makes a symbolic link.</summary>
    /// <param name="path">Where nothing is yet.</param>
    /// <param name="target">What it leads to, as it is to be written down.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Symbolic(string path, string target) => File.CreateSymbolicLink(path, OperatingSystem.IsWindows() ? target.Replace('/', '\\') : target);

    /// <summary>Gives a file another name; on Windows a copy of it.</summary>
    /// <param name="path">Where nothing is yet.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Hard(string path, string file)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Copy(file, path);
        }
        else if (LibC.Link([.. Encoding.UTF8.GetBytes(file), 0], [.. Encoding.UTF8.GetBytes(path), 0]) != 0)
        {
            throw new IOException($"'{path}' cannot be made another name of '{file}': {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }
}
