using RestrictedRunner.Build.Cache;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>The shared cache of a project, while its steps are built.</summary>
/// <param name="Results">Where results are looked for and kept.</param>
/// <param name="Uploads">What is being stored; null where nothing is to be.</param>
internal sealed record ProjectSharedCache(IResultCache Results, SharedUploads? Uploads) : IDisposable
{
    /// <summary>Waits until all new results are stored, as long as something moves.</summary>
    public Task FinishAsync() => Uploads?.FinishAsync() ?? Task.CompletedTask;

    /// <summary>Drops what is not stored yet.</summary>
    public void Dispose() => Uploads?.Dispose();
}
