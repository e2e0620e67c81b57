using System.Collections.Concurrent;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>
/// The images that a build builds. Each is built once for all projects, and one that failed is not tried again. MSBuild keeps
/// it until the build's end, in each of its nodes; nodes and other builds wait for each other by a file.
/// </summary>
internal sealed class ImageBuilds
{
    private readonly ConcurrentDictionary<(EngineChoice Engine, string Name), Task<ImageBuildFailure?>> _builds = [];
    private readonly ConcurrentDictionary<(string Client, string Context), Lazy<Task<ImageBuilder>>> _builders = [];

    /// <summary>Those of a build.</summary>
    public static ImageBuilds Of(IBuildEngine engine)
    {
        var key = typeof(ImageBuilds).FullName!;
        if (engine is not IBuildEngine4 build)
        {
            return new();
        }

        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null)
        {
            // Of several at once, MSBuild keeps the first.
            build.RegisterTaskObject(key, new ImageBuilds(), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        return (ImageBuilds)build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build);
    }

    /// <summary>Builds an image that the engine does not have, or waits for the step that does.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="source">What it is built from.</param>
    /// <param name="readAgain">Reads that again, when the image is there: files may have changed while they were sent.</param>
    /// <param name="options">Tells the engine.</param>
    /// <param name="host">The machine.</param>
    /// <param name="observer">Sees the progress.</param>
    /// <param name="cancellation">Ends the build, or the wait.</param>
    /// <returns>Why there is no image; null when there is one.</returns>
    /// <exception cref="ImageSourceException">The files have changed meanwhile, and there is no image, or the builder cannot build of them.</exception>
    /// <exception cref="RunnerException">The engine does not answer, or its disk is full.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<ImageBuildFailure?> BuildAsync(string name, ImageSource source, Func<ImageSource> readAgain, StepOptions options, Host host, RunObserver observer, CancellationToken cancellation)
    {
        while (true)
        {
            var own = new TaskCompletionSource<ImageBuildFailure?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var build = _builds.GetOrAdd((options.EngineChoice, name), own.Task);
            if (build == own.Task)
            {
                return await BuildForAllAsync(own).ConfigureAwait(false);
            }

            if (!build.IsCompleted)
            {
                observer.PullProgress($"{source.Image.Name}: another step of this build builds it");
            }

            try
            {
                return await build.WaitAsync(cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The step that built was cancelled, and this one was not.
            }
        }

        async Task<ImageBuildFailure?> BuildForAllAsync(TaskCompletionSource<ImageBuildFailure?> own)
        {
            try
            {
                var failure = await BuildAloneAsync(name, source, readAgain, options, host, observer, cancellation).ConfigureAwait(false);
                own.SetResult(failure);
                return failure;
            }
            catch (RunnerException e)
            {
                own.SetException(e);

                // Nobody else may need the image.
                _ = own.Task.Exception;
                throw;
            }
            catch
            {
                _builds.TryRemove(new((options.EngineChoice, name), own.Task));
                own.SetCanceled(CancellationToken.None);
                throw;
            }
        }
    }

    private async Task<ImageBuildFailure?> BuildAloneAsync(string name, ImageSource source, Func<ImageSource> readAgain, StepOptions options, Host host, RunObserver observer, CancellationToken cancellation)
    {
        var uses = BuiltImageUses.OfUser(host);
        using var held = uses is null ? null : await LockAsync(uses.Lock(options.EngineChoice, name), cancellation).ConfigureAwait(false);
        if ((await EngineImages.FindAsync([name], options, host, cancellation).ConfigureAwait(false)).Count > 0)
        {
            return null;
        }

        var image = new ImageBuild(name, source.Image.Dockerfile, source.Image.Context)
        {
            IgnoreFile = source.IgnoreFile,
            Arguments = source.Image.Arguments,
            Target = source.Image.Target,
            Platform = source.Image.Platform,
        };
        observer.PullProgress($"{source.Image.Name}: building");
        var failure = await DockerRunner.BuildImageAsync(host, options, image, source.Dockerfile, BuilderAsync, observer, cancellation).ConfigureAwait(false);
        if (failure is null && !IsUnchanged())
        {
            await EngineImages.RemoveBuiltAsync(name, options, host, cancellation).ConfigureAwait(false);
            throw new ImageSourceException(ImageFault.ChangedMeanwhile, source.Image.Context);
        }

        return failure;

        bool IsUnchanged()
        {
            try
            {
                return readAgain().Hash == source.Hash;
            }
            catch (ImageSourceException)
            {
                // A file has gone.
                return false;
            }
        }

        async Task<ImageBuilder> BuilderAsync(EngineProcess engine)
        {
            var builder = await _builders.GetOrAdd((engine.ClientPath, options.Context), _ => new(() => ImageBuilders.FindAsync(engine, cancellation))).Value.ConfigureAwait(false);
            return builder == ImageBuilder.Classic && source.IgnoreFile.Length > 0 && source.IgnoreFile != host.Paths.Join(source.Image.Context, IgnoreFile.DockersName)
                ? throw new ImageSourceException(ImageFault.IgnoreFileUnread, source.IgnoreFile)
                : builder;
        }
    }

    // Where nothing can be written, two builds at once build the same image twice.
    private static async Task<FileStream?> LockAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await FileLock.OpenAsync(path, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
