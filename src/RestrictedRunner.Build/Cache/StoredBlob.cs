using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Cache;

/// <summary>A blob that was put into the cache.</summary>
/// <param name="Digest">What it is called.</param>
/// <param name="IsNew">False if it was there already.</param>
internal sealed record StoredBlob(Digest Digest, bool IsNew);
