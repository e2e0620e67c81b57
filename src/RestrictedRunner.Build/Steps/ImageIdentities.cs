using Microsoft.Build.Framework;

namespace RestrictedRunner.Build;

/// <summary>
/// What the names of images stand for, asked of the engine once in a build for all that a project names. MSBuild keeps
/// it until the build's end.
/// </summary>
internal sealed class ImageIdentities
{
    private readonly object _lock = new();
    private readonly Dictionary<string, ImageIdentity> _known = [];

    /// <summary>Those of a build, for one engine.</summary>
    public static ImageIdentities Of(IBuildEngine4 build, string engine)
    {
        var key = $"{typeof(ImageIdentities).FullName} {engine}";
        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is not ImageIdentities identities)
        {
            // Two projects at once in one process (-mt) may each make one: a question more.
            identities = new();
            build.RegisterTaskObject(key, identities, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        return identities;
    }

    /// <summary>True for a reference that says which content it means, and so needs no question.</summary>
    public static bool IsDigest(string image) => image.Contains("@sha256:", StringComparison.Ordinal) || image.StartsWith("sha256:", StringComparison.Ordinal);

    /// <summary>Asks for those images that are not known yet, in one call; without any there is none.</summary>
    public void LookUp(IEnumerable<string> images, StepOptions engine, CancellationToken cancellation)
    {
        lock (_lock)
        {
            string[] unknown = [.. images.Where(image => !IsDigest(image) && !_known.ContainsKey(image)).Distinct()];
            if (unknown.Length > 0)
            {
                foreach (var (image, identity) in ImageIds.FindAsync(unknown, engine, cancellation).GetAwaiter().GetResult())
                {
                    _known[image] = identity;
                }
            }
        }
    }

    /// <summary>Asks for an image that has been pulled meanwhile.</summary>
    public void LookUpAgain(string image, StepOptions engine, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _known.Remove(image);
            LookUp([image], engine, cancellation);
        }
    }

    /// <summary>The identity of an image, the same on every engine; null when the engine does not have it.</summary>
    public string? Find(string image)
    {
        lock (_lock)
        {
            return IsDigest(image) ? image : _known.GetValueOrDefault(image)?.Content;
        }
    }

    /// <summary>The engine's own name of that image, which stays; null when the engine does not have it.</summary>
    public string? Id(string image)
    {
        lock (_lock)
        {
            return IsDigest(image) ? image : _known.GetValueOrDefault(image)?.Id;
        }
    }
}
