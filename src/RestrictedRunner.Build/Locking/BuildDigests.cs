using System.Collections.Concurrent;
using Microsoft.Build.Framework;
using RestrictedRunner.Images;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Locking;

/// <summary>
/// What registries have said in this build. All its projects get the same answer, also when a name gets another image meanwhile.
/// MSBuild keeps it until the build's end, in each of its nodes.
/// </summary>
internal sealed class BuildDigests
{
    private readonly ConcurrentDictionary<(EngineChoice Engine, string Image, string Platform), Lazy<ImageDigests>> _known = [];
    private readonly ConcurrentDictionary<(string File, string Image), bool> _told = [];

    /// <summary>That of a build.</summary>
    public static BuildDigests Of(IBuildEngine4 build)
    {
        var key = typeof(BuildDigests).FullName!;
        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null)
        {
            // Of several at once, MSBuild keeps the first.
            build.RegisterTaskObject(key, new BuildDigests(), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        return (BuildDigests)build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build);
    }

    /// <summary>What the name of a step's image stands for. Who asks while another does waits for the answer, or for the same error.</summary>
    public ImageDigests Ask(StepOptions options, Func<ImageDigests> ask) => _known.GetOrAdd((options.EngineChoice, options.Image, options.Platform), _ => new(ask)).Value;

    /// <summary>True once in a build for each image of a lock file.</summary>
    public bool IsFirstToTell(string lockFile, string image) => _told.TryAdd((lockFile, image), true);
}
