using RestrictedRunner.Build.Cache;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;
using RestrictedRunner.Transfer;

namespace RestrictedRunner.Build.Execution;

/// <summary>
/// Files of removed cache mounts that belong to another user, because that was a container's: this user may not remove them,
/// and a container may.
/// </summary>
internal static class ForeignCacheFiles
{
    private const string MountPoint = "/gone";

    /// <summary>Removes them in containers like those that have left them, as far as that is possible.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="host">The machine.</param>
    /// <param name="tell">Is told why some stay.</param>
    /// <param name="cancellation">Leaves the rest.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task RemoveAsync(CacheFolder cache, Host host, Action<string> tell, CancellationToken cancellation)
    {
        var folders = new CacheMountFolders(cache);
        foreach (var folder in folders.Gone)
        {
            try
            {
                await DockerRunner.RunInBuildAsync(host, Removal(folder), new ImagePulls(), new Transfers(), new RunObserver(), captureOutput: false, cancellation).ConfigureAwait(false);
            }
            catch (RunnerException e)
            {
                tell(e.Message.Split('\n')[0]);
            }
        }

        folders.RemoveGone();
    }

    private static StepOptions Removal(CacheMountFolder folder)
    {
        var note = folder.ReadNote();
        return note.Engine.Options with
        {
            Image = note.Image,
            Pull = PullPolicy.Never,
            User = "0",
            AllowNetworking = false,
            Entrypoint = "none",
            Mounts = [new(folder.Path, MountPoint)],
            Arguments = ["rm", "-rf", $"{MountPoint}/{Path.GetFileName(folder.Content)}"],
        };
    }
}
