using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Cache;

/// <summary>
/// The folders of cache mounts: one for each name and project, or name alone, of a user. A folder has a lock, and all
/// together have one, which is held for the moments in which somebody takes or removes a folder: so nobody takes one that
/// is being removed.
/// </summary>
/// <param name="cache">Where they are.</param>
internal sealed class CacheMountFolders(CacheFolder cache)
{
    private const string GoneEnding = ".gone";
    private const int LengthOfHash = 16;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private string LockOfAll => Path.Combine(cache.Mounts, "lock");

    /// <summary>All that are there.</summary>
    public IReadOnlyList<CacheMountFolder> All => [.. Folders().Where(folder => !IsGone(folder))];

    /// <summary>What was removed, and has files that could not be: of another user, as whom a container ran.</summary>
    public IReadOnlyList<CacheMountFolder> Gone => [.. Folders().Where(IsGone)];

    /// <summary>The folder of a mount.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="project">Full path of the project's file.</param>
    /// <param name="host">The machine.</param>
    public CacheMountFolder Of(CacheMount mount, string project, Host host)
    {
        var owner = mount.IsOfMachine ? "" : host.Paths.Identity(project);
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{mount.Name}\n{owner}"))).ToLowerInvariant()[..LengthOfHash];
        return new(Path.Combine(cache.Mounts, $"{mount.Name}-{hash}"));
    }

    /// <summary>Takes the folders of a step's mounts, and waits for steps that have one for themselves.</summary>
    /// <param name="mounts">The mounts.</param>
    /// <param name="use">Who uses them.</param>
    /// <param name="options">The engine and the image of the container.</param>
    /// <param name="waits">Is told for which mount the step waits, and who used it last.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">It waited in vain.</exception>
    /// <exception cref="IOException">A folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be made.</exception>
    public async Task<CacheMountLease> TakeAsync(IEnumerable<CacheMount> mounts, CacheMountUse use, StepOptions options, Action<CacheMount, string> waits, CancellationToken cancellation)
    {
        Create(use.Host);
        var lease = new CacheMountLease();
        try
        {
            // In the same order for all, so that no two wait for each other.
            foreach (var (mount, folder) in mounts.Select(mount => (mount, Of(mount, use.Project, use.Host))).OrderBy(taken => taken.Item2.Path, StringComparer.Ordinal))
            {
                CacheMountNote note = new($"'{mount.Name}' of {(mount.IsOfMachine ? "this machine" : use.Project)}", use.User, options.EngineChoice, options.Image);
                lease.Add(new(folder.Content, mount.ContainerPath), await LockAsync(mount, folder, note, use.Places, waits, cancellation).ConfigureAwait(false));
            }

            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>Removes a folder unless somebody uses it. What is of another user in it becomes one of <see cref="Gone"/>.</summary>
    /// <returns>Why it stays; null when it does not.</returns>
    public string? Remove(CacheMountFolder folder)
    {
        try
        {
            using var all = FileLock.TryOpen(LockOfAll);
            if (all is null || IsInUse(folder))
            {
                return folder.ReadNote().User is { Length: > 0 } user ? $"it is in use, last taken by {user}" : "it is in use";
            }

            // Nobody takes it meanwhile. Windows moves no folder in which a file is open.
            Directory.Move(folder.Path, Path.Combine(cache.Mounts, $"{Guid.NewGuid():N}{GoneEnding}"));
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            return e.Message;
        }

        RemoveGone();
        return null;
    }

    /// <summary>Removes what is left of removed folders, as far as this user may.</summary>
    public void RemoveGone()
    {
        foreach (var folder in Gone)
        {
            // What is noted is needed as long as there is something else.
            CacheEntry.Remove(folder.Content);
            if (!Path.Exists(folder.Content))
            {
                CacheEntry.Remove(folder.Path);
            }
        }
    }

    private static bool IsInUse(CacheMountFolder folder)
    {
        using var own = FileLock.TryOpen(folder.Lock);
        return own is null;
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "It is returned.")]
    private async Task<FileStream> LockAsync(CacheMount mount, CacheMountFolder folder, CacheMountNote note, SemaphoreSlim? places, Action<CacheMount, string> waits, CancellationToken cancellation)
    {
        var free = await TryLockAsync(folder, note, shared: !mount.IsLocked, cancellation).ConfigureAwait(false);
        if (free is not null)
        {
            return free;
        }

        waits(mount, folder.ReadNote().User);
        places?.Release();
        try
        {
            while (true)
            {
                await FileLock.PauseAsync(cancellation).ConfigureAwait(false);
                var own = await TryLockAsync(folder, note, shared: !mount.IsLocked, cancellation).ConfigureAwait(false);
                if (own is not null)
                {
                    return own;
                }
            }
        }
        finally
        {
            await (places?.WaitAsync(CancellationToken.None) ?? Task.CompletedTask).ConfigureAwait(false);
        }
    }

    // The note is written before anybody else looks at the lock, so whoever waits for it can tell who has it.
    private async Task<FileStream?> TryLockAsync(CacheMountFolder folder, CacheMountNote note, bool shared, CancellationToken cancellation)
    {
        using var all = await FileLock.OpenAsync(LockOfAll, cancellation).ConfigureAwait(false);
        var own = FileLock.TryOpen(folder.Lock, shared);
        try
        {
            if (own is not null)
            {
                folder.CreateContent();
                folder.Write(note);
            }

            return own;
        }
        catch
        {
            own?.Dispose();
            throw;
        }
    }

    // Whoever else may come by may neither see what is in it nor change it.
    private void Create(Host host)
    {
        cache.Create();
        if (!Directory.Exists(cache.Mounts))
        {
            UnixMode.CreateFolder(cache.Mounts, Private);
        }
        else if (host.Kind != HostKind.Windows && FileStatus.Of(cache.Mounts) is { } status && status.OwnerId != host.UserId)
        {
            throw new UnauthorizedAccessException($"'{cache.Mounts}' belongs to user {status.OwnerId} and not to you");
        }
    }

    private static bool IsGone(CacheMountFolder folder) => folder.Path.EndsWith(GoneEnding, StringComparison.Ordinal);

    private IEnumerable<CacheMountFolder> Folders() => Directory.Exists(cache.Mounts) ? Directory.GetDirectories(cache.Mounts).Select(path => new CacheMountFolder(path)) : [];
}
