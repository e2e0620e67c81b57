using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.State;
using RestrictedRunner.Hosts;
using RestrictedRunner.Workers;

namespace RestrictedRunner.Build.Workers;

/// <summary>
/// The containers that the hermetic steps of a build share. MSBuild keeps them until the build's end, in each of its nodes, and
/// disposes of them then.
/// </summary>
internal sealed class BuildWorkers : IDisposable
{
    private readonly object _lock = new();
    private readonly List<WorkerLease> _idle = [];
    private readonly Dictionary<string, string> _refusals = [];
    private int _count;

    /// <summary>Those of a build; null where MSBuild is too old to keep any.</summary>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "MSBuild disposes of the one that it keeps; another one is empty.")]
    public static BuildWorkers? Of(IBuildEngine engine)
    {
        var key = typeof(BuildWorkers).FullName!;
        if (engine is not IBuildEngine4 build)
        {
            return null;
        }

        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null)
        {
            // Of several at once, MSBuild keeps the first.
            build.RegisterTaskObject(key, new BuildWorkers(), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        return (BuildWorkers)build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build);
    }

    /// <summary>A container for a step, and for nobody else until the lease is disposed of.</summary>
    /// <param name="options">The step's options, which may share.</param>
    /// <param name="host">The machine.</param>
    /// <param name="newFolder">Gives a folder that is not there yet, for the files of the container's steps.</param>
    /// <param name="limit">How many containers there may be at once.</param>
    /// <param name="cancellation">Ends a container that is being started.</param>
    /// <exception cref="WorkerLostException">Steps of these options cannot share a container.</exception>
    /// <exception cref="RunnerException">The container cannot be had.</exception>
    public WorkerLease Rent(StepOptions options, Host host, Func<StageFolder> newFolder, int limit, CancellationToken cancellation)
    {
        var key = SharedOptions.Key(options);
        WorkerLease? surplus;
        lock (_lock)
        {
            if (_refusals.TryGetValue(key, out var refusal))
            {
                throw new WorkerLostException(refusal);
            }

            if (_idle.FindLastIndex(lease => lease.Key == key) is var at && at >= 0)
            {
                var lease = _idle[at];
                _idle.RemoveAt(at);
                return lease;
            }

            surplus = _count >= limit ? _idle.FirstOrDefault() : null;
            _idle.Remove(surplus!);
            _count++;
        }

        surplus?.End();
        try
        {
            return WorkerLease.Start(this, key, options, newFolder(), host, cancellation);
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _count--;

                // An image that is not there comes with the first step that has a container of its own.
                if (e is WorkerLostException or RunnerException { Failure: not RunnerFailure.ImageAbsent })
                {
                    _refusals[key] = e.Message;
                }
            }

            throw;
        }
    }

    /// <summary>Takes a container back that can run another step.</summary>
    public void Return(WorkerLease lease)
    {
        lock (_lock)
        {
            _idle.Add(lease);
        }
    }

    /// <summary>A container is gone.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _count--;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Task.WaitAll([.. _idle.Select(lease => Task.Run(lease.End))]);
}
