using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Cache;

/// <summary>Who uses cache mounts.</summary>
/// <param name="Project">Full path of the project's file.</param>
/// <param name="User">What messages call the user: <c>step 'Restore' of /src/a.csproj</c>.</param>
/// <param name="Limit">Bytes that the cache may take.</param>
/// <param name="Host">The machine.</param>
internal sealed record CacheMountUse(string Project, string User, long Limit, Host Host)
{
    /// <summary>Lets so many steps run at once; the user has a place, and lets another step have it while it waits. Null for a task.</summary>
    public SemaphoreSlim? Places { get; init; }
}
