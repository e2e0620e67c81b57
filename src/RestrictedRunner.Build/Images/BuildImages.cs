using System.Collections.Concurrent;
using Microsoft.Build.Framework;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;
using RestrictedRunner.Options;
using RestrictedRunner.Transfer;

namespace RestrictedRunner.Build.Images;

/// <summary>What a build has heard of images, and its pulls. MSBuild keeps it until the build's end, in each of its nodes.</summary>
internal sealed class BuildImages
{
    private readonly ConcurrentDictionary<EngineChoice, ImageIdentities> _identities = [];

    /// <summary>All pulls of the build.</summary>
    public ImagePulls Pulls { get; } = new();

    /// <summary>What the build knows of engines that do not see this machine's files.</summary>
    public Transfers Transfers { get; } = new();

    /// <summary>That of a build.</summary>
    public static BuildImages Of(IBuildEngine engine)
    {
        var key = typeof(BuildImages).FullName!;
        if (engine is not IBuildEngine4 build)
        {
            return new();
        }

        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null)
        {
            // Of several at once, MSBuild keeps the first.
            build.RegisterTaskObject(key, new BuildImages(), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        return (BuildImages)build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build);
    }

    /// <summary>What an engine has said of images.</summary>
    public ImageIdentities OfEngine(EngineChoice engine, Host host) => _identities.GetOrAdd(engine, _ => new(host));
}
