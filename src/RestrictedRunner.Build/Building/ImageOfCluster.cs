using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>The image of a step as a cluster finds it.</summary>
internal static class ImageOfCluster
{
    /// <summary>Finds the digest that a registry has of an image: in its name, or as the engine here knows it.</summary>
    /// <param name="options">The step's options.</param>
    /// <param name="setting">Of all steps.</param>
    /// <param name="dockerfiles">The images that are built, which no registry has.</param>
    /// <param name="cancellation">Ends the question.</param>
    /// <returns>Null where it is not known.</returns>
    public static ClusterImage? Find(StepOptions options, StepBuildSetting setting, DockerfileImages dockerfiles, CancellationToken cancellation)
    {
        if (dockerfiles.Has(options))
        {
            return null;
        }

        // A digest in its name needs no engine, which then only tells what the image brings to a command.
        var known = setting.ResolveImages ? setting.Images[options.EngineChoice].Describe(options.Image, cancellation) : null;
        return (ClusterImage.Whole(options.Image) ?? ClusterImage.Whole(known?.Reference ?? "")) is not { } reference ? null
            : known is null ? new(reference)
            : new(reference) { Variables = [.. known.Variables.Select(ClusterImage.Variable)], Entrypoint = known.Entrypoint };
    }
}
