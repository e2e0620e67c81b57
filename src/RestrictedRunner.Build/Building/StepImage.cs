using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>The image of a step: one that the engine has or pulls, or one that the build builds from a Dockerfile.</summary>
/// <param name="options">The step's options.</param>
/// <param name="setting">Of all steps.</param>
/// <param name="dockerfiles">The images that are built.</param>
/// <param name="log">Where the step logs to.</param>
/// <param name="cancellation">Ends a question or a build.</param>
internal sealed class StepImage(StepOptions options, StepBuildSetting setting, DockerfileImages dockerfiles, StepLogs.Log log, CancellationToken cancellation)
{
    /// <summary>True for one that is built from a Dockerfile.</summary>
    public bool IsBuilt => dockerfiles.Has(options);

    /// <summary>True when nothing tells yet what the Dockerfile makes, so that the step's key is not known either.</summary>
    public bool HasToBeBuilt => IsBuilt && dockerfiles.Identity(options, setting) is null;

    /// <summary>
    /// What the key says is run, though the image's name may stand for another by now. Empty for the name itself: of one name
    /// there are images for several platforms.
    /// </summary>
    public string Id =>
        IsBuilt ? dockerfiles.Name(options, Images)!
        : setting.ResolveImages && options.Pull != PullPolicy.Always && options.Platform.Length == 0 ? Images.Id(options.Image) ?? "" : "";

    /// <summary>The image as a cluster finds it; null where no registry's digest of it is known.</summary>
    public ClusterImage? OfCluster => ImageOfCluster.Find(options, setting, dockerfiles, cancellation);

    private ProjectImages Images => setting.Images[options.EngineChoice];

    /// <summary>Sees that a container of it can be started, as far as a pull at its start does not see to that.</summary>
    /// <returns>False when an error was logged.</returns>
    public bool Ensure() => IsBuilt ? Build() : IsEngineThere();

    /// <summary>Builds it, if the engine does not have it.</summary>
    /// <returns>False when an error was logged.</returns>
    public bool Build() => dockerfiles.Ensure(options, Images, log.Messages, BuildImages.Of(log.Engine), cancellation) is not null;

    /// <summary>After a run that may have pulled it: asks what its name stands for now.</summary>
    public void LookUpAgain() => Images.LookUpAgain(options.Image, cancellation);

    /// <summary>Tells once in a project why no result of it is in a shared cache.</summary>
    public void TellThatItIsNotShared() => dockerfiles.TellThatItIsNotShared(options, setting, log.Messages);

    private bool IsEngineThere()
    {
        var absence = Images.WhyAbsent(options.Image, cancellation);
        if (absence is not null)
        {
            log.Diagnostics.NotRun(absence, options, KeptOutput.None);
        }

        return absence is null;
    }
}
