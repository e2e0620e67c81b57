using System.Runtime.InteropServices;
using System.Text;

namespace RestrictedRunner.Hosts;

/// <summary>Whom a file belongs to.</summary>
internal static class FileOwner
{
    /// <summary>Gives a file to a user, which only root may.</summary>
    /// <exception cref="IOException">It cannot be given away.</exception>
    public static void Set(string path, uint user, uint group)
    {
        if (LibC.ChangeOwner([.. Encoding.UTF8.GetBytes(path), 0], user, group) != 0)
        {
            throw new IOException($"'{path}' cannot be given to user {user}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }
}
