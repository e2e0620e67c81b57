using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>
/// Removes images that no build has needed for a month, beside what follows the first image that a build has built: that is
/// seldom enough. MSBuild keeps it until the build's end, in each of its nodes.
/// </summary>
internal sealed class OldImages : IDisposable
{
    private readonly CancellationTokenSource _buildEnds = new();
    private readonly Task _removal;

    private OldImages(BuiltImageUses uses) => _removal = Task.Run(() => uses.RemoveOldAsync(_buildEnds.Token));

    /// <summary>Starts the removal if this build has not done so.</summary>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "MSBuild disposes of it at the build's end.")]
    public static void Start(IBuildEngine engine, Host host)
    {
        var key = typeof(OldImages).FullName!;
        if (engine is IBuildEngine4 build && build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null && BuiltImageUses.OfUser(host) is { } uses)
        {
            build.RegisterTaskObject(key, new OldImages(uses), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }
    }

    /// <summary>Waits for the removal that is under way, and begins no other.</summary>
    public void Dispose()
    {
        _buildEnds.Cancel();

        // What it could not do, another build will.
        _removal.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
        _buildEnds.Dispose();
    }
}
