using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Dockerfiles;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.State;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Building;

/// <summary>The image of a task, where its project builds that from a Dockerfile.</summary>
internal static class TaskImage
{
    /// <summary>Sees that the engine has the image.</summary>
    /// <param name="options">The task's options.</param>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    /// <param name="host">The machine that builds.</param>
    /// <param name="log">Is told the progress, and why there is no image.</param>
    /// <param name="task">The build, which tells the items of the project.</param>
    /// <param name="cancellation">Ends a build of the image.</param>
    /// <returns>The options with the image, or as they were; null when an error was logged.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static StepOptions? Ensure(StepOptions options, string projectDirectory, Host host, TaskLoggingHelper log, IBuildEngine task, CancellationToken cancellation)
    {
        if (BuiltProject.Items(task, ImageReader.ItemType) is not { Count: > 0 } items)
        {
            return options;
        }

        var folder = LogFilePlace.FolderIn(host.Paths, BuiltProject.Property(task, "BaseIntermediateOutputPath"));
        var state = new StateFolder(host.Paths.Trimmed(host.Paths.Full(folder, projectDirectory)), BuiltProject.Property(task, "MSBuildProjectFullPath")) { Host = host.Paths };
        var dockerfiles = new DockerfileImages(task, state, host);
        if (!dockerfiles.Read(items, [options], projectDirectory, log, cancellation))
        {
            return null;
        }

        if (!dockerfiles.Has(options))
        {
            return options;
        }

        var images = dockerfiles.LookUp(options, projectDirectory, log, cancellation);
        return dockerfiles.Ensure(options, images, log, BuildImages.Of(task), cancellation) is null
            ? null
            : options with { ImageId = dockerfiles.Name(options, images)!, Pull = PullPolicy.Never };
    }
}
