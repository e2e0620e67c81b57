namespace RestrictedRunner.Build.Cache;

/// <summary>The folders of cache mounts in the hands of one step. When it disposes of them, others may have them.</summary>
internal sealed class CacheMountLease : IDisposable
{
    private readonly List<Mount> _mounts = [];
    private readonly List<FileStream> _locks = [];

    /// <summary>What shows the folders to the step's container.</summary>
    public IReadOnlyList<Mount> Mounts => _mounts;

    /// <summary>Adds a folder.</summary>
    /// <param name="mount">What shows it.</param>
    /// <param name="held">Its lock.</param>
    public void Add(Mount mount, FileStream held)
    {
        _mounts.Add(mount);
        _locks.Add(held);
    }

    /// <inheritdoc/>
    public void Dispose() => _locks.ForEach(held => held.Dispose());
}
