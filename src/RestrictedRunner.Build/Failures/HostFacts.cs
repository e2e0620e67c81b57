using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Failures;

/// <summary>What the rules ask of the host that builds.</summary>
/// <param name="Paths">The form of its paths.</param>
/// <param name="Exists">Whether there is a file or folder.</param>
/// <param name="OwnerOf">User id of the owner of a file or folder; null when that cannot be seen.</param>
/// <param name="Program">What a file is as a program; null when it is no regular file or may not be read.</param>
/// <param name="LinkTarget">Where the outermost symbolic link in a path leads, with the rest of the path; null when there is none.</param>
/// <param name="Caller">User id of the user that builds.</param>
internal sealed record HostFacts(HostPaths Paths, Func<string, bool> Exists, Func<string, uint?> OwnerOf, Func<string, HostProgram?> Program, Func<string, string?> LinkTarget, uint Caller)
{
    /// <summary>Those of the machine that builds.</summary>
    public static HostFacts Of(Host host) =>
        new(host.Paths, Path.Exists, static path => FileStatus.Of(path)?.OwnerId, static path => Tried(path, HostProgram.Read), path => Tried(path, file => ReadLink(file, host.Paths)), host.UserId);

    private static string? ReadLink(string file, HostPaths host) =>
        host.WithParents(file).LastOrDefault(path => new FileInfo(path).LinkTarget is not null) is { } link ? new FileInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName + file[link.Length..] : null;

    private static T? Tried<T>(string path, Func<string, T?> read) where T : class
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
