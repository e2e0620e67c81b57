using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>What is written in a symbolic link.</summary>
internal static class RawLink
{
    // PATH_MAX of Linux.
    private const int LongestTarget = 4096;

    /// <summary>The link's target, a <see cref="RawName"/>.</summary>
    /// <param name="link">What .NET knows of the link.</param>
    /// <exception cref="IOException">It is no link any more.</exception>
    public static string TargetOf(FileSystemInfo link)
    {
        if (LinkEntry.TargetOf(link) is not { } target)
        {
            throw new IOException($"\"{link.FullName}\" is no symbolic link any more");
        }

        if (!OperatingSystem.IsLinux() || !target.Contains(RawName.Replacement, StringComparison.Ordinal))
        {
            return target;
        }

        var bytes = new byte[LongestTarget];
        nint length = 0;
        return SystemError.Of(() => (length = LibC.ReadLink(RawName.Encode(link.FullName), bytes, bytes.Length)) >= 0) is { } error
            ? throw error.Exception(link.FullName)
            : RawName.Decode(bytes.AsSpan(..(int)length));
    }
}
