using RestrictedRunner.Hosts;
using RestrictedRunner.Images;

namespace RestrictedRunner.Build.Locking;

/// <summary>What a lock file says of an image.</summary>
/// <param name="Digests">Digests of an image in a registry, or ids of a local one, by the platform.</param>
/// <param name="IsLocal">True for one that came from no registry.</param>
internal sealed record LockedImage(IReadOnlyDictionary<string, string> Digests, bool IsLocal)
{
    /// <summary>What to run.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="platform">The platform that a step asks for; empty for that of the machine.</param>
    /// <param name="host">The machine that builds.</param>
    /// <returns>Null when the file has nothing for the platform.</returns>
    public string? Reference(string name, string platform, Host host) =>
        DigestFor(platform, host) is { } digest ? IsLocal ? digest : $"{ImageName.Repository(name)}@{digest}" : null;

    /// <summary>True for the same image.</summary>
    public bool IsSame(LockedImage other) =>
        IsLocal == other.IsLocal && Digests.Count == other.Digests.Count && Digests.All(digest => other.Digests.GetValueOrDefault(digest.Key) == digest.Value);

    // An image that there is for one platform only, engines run on every machine, with a warning and perhaps an emulator.
    private string? DigestFor(string platform, Host host) =>
        Digests.GetValueOrDefault(platform.Length == 0 ? ImagePlatform.Of(host) : ImagePlatform.OneSpelling(platform))
        ?? (platform.Length == 0 && Digests.Count == 1 ? Digests.Values.Single() : null);
}
