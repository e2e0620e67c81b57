using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>The shared cache of a project, while its steps are built.</summary>
/// <param name="Results">Where results are looked for and kept.</param>
/// <param name="Uploads">What is being stored; null where nothing is to be.</param>
/// <param name="TellFailure">Is told that no more results are stored from now on.</param>
internal sealed record ProjectSharedCache(IResultCache Results, SharedUploads? Uploads, Action<ServerException> TellFailure) : IDisposable
{
    /// <summary>Waits until all new results are stored, as long as something moves.</summary>
    public async Task FinishAsync()
    {
        if (Uploads is not null && await Uploads.FinishAsync().ConfigureAwait(false) is { } failure)
        {
            TellFailure(failure);
        }
    }

    /// <summary>Drops what is not stored yet.</summary>
    public void Dispose() => Uploads?.Dispose();
}
