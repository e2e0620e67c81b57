using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>
/// Removes, beside the first step of a build, what a killed build left when the engine could not be reached. MSBuild keeps
/// it until the build's end, in each of its nodes.
/// </summary>
internal sealed class AbandonedSearch : IDisposable
{
    private readonly CancellationTokenSource _buildEnds = new();
    private readonly Task _search;

    private AbandonedSearch(StepOptions options, Host host) => _search = Task.Run(() => DockerRunner.RemoveAbandonedAsync(host, options, _buildEnds.Token));

    /// <summary>Starts the search if this build has not done so for the step's engine.</summary>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "MSBuild disposes of it at the build's end.")]
    public static void Start(IBuildEngine engine, StepOptions options, Host host)
    {
        var key = $"{typeof(AbandonedSearch).FullName} {options.Engine} {options.Context}";
        if (engine is IBuildEngine4 build && build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null)
        {
            build.RegisterTaskObject(key, new AbandonedSearch(options, host), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }
    }

    /// <summary>Waits for the removal of what was found; looks no further.</summary>
    public void Dispose()
    {
        _buildEnds.Cancel();

        // What it could not do, the next build will.
        _search.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
        _buildEnds.Dispose();
    }
}
