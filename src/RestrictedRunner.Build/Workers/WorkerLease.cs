using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;
using RestrictedRunner.Workers;

namespace RestrictedRunner.Build.Workers;

/// <summary>A shared container in the hands of one step. Disposed of, it is there for the next, or ended when it is not as it was.</summary>
internal sealed class WorkerLease : IDisposable
{
    private readonly BuildWorkers _workers;
    private readonly MountedFolder _tree;

    private WorkerLease(BuildWorkers workers, string key, StageFolder folder, MountedFolder tree, Worker worker)
    {
        (_workers, Key, Folder, _tree, Worker) = (workers, key, folder, tree, worker);
    }

    /// <summary>The same text for all steps that may run in the container.</summary>
    public string Key { get; }

    /// <summary>The folder for the files of the container's steps.</summary>
    public StageFolder Folder { get; }

    /// <summary>The container.</summary>
    public Worker Worker { get; }

    /// <summary>Starts a container.</summary>
    /// <inheritdoc cref="BuildWorkers.Rent"/>
    public static WorkerLease Start(BuildWorkers workers, string key, StepOptions options, StageFolder folder, Host host, CancellationToken cancellation)
    {
        var tree = MountedFolder.Create(folder.Tree);
        try
        {
            var project = new Mount(tree.FullPath, ProjectMount.Path);
            return new(workers, key, folder, tree, Worker.StartAsync(options, project, host, cancellation).GetAwaiter().GetResult());
        }
        catch
        {
            Remove(folder);
            throw;
        }
    }

    /// <summary>Ends the container, and removes its folder.</summary>
    public void End()
    {
        Worker.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Remove(Folder);
        _workers.Forget();
    }

    /// <summary>The step has ended, and its files are removed.</summary>
    public void Dispose()
    {
        if (Worker.WhyNotAgain is null && _tree.IsAsCreated)
        {
            _workers.Return(this);
        }
        else
        {
            End();
        }
    }

    /// <summary>Removes such a folder, as far as that is possible.</summary>
    public static void Remove(StageFolder folder)
    {
        try
        {
            new CallersFiles(Path.GetDirectoryName(folder.FullPath)!).RemoveTree(folder.FullPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A step of another user has left something there. The next build tries again.
        }
    }
}
