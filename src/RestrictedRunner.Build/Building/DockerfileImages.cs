using System.Collections.Concurrent;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Dockerfiles;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Building;

/// <summary>The images of a project's steps that are built from Dockerfiles.</summary>
/// <param name="task">The build.</param>
/// <param name="state">Where is remembered what was read of their contexts.</param>
/// <param name="host">The machine that builds.</param>
internal sealed class DockerfileImages(IBuildEngine task, StateFolder state, Host host)
{
    // Somebody who changes files again and again is not waited for.
    private const int MostBuilds = 3;

    private readonly ConcurrentDictionary<(EngineChoice Engine, string Image), ImageSource> _sources = [];
    private readonly ConcurrentDictionary<string, bool> _told = [];
    private readonly ConcurrentDictionary<string, bool> _toldNotShared = [];

    /// <summary>False writes down neither what was read nor that an image was needed.</summary>
    public bool Remembers { get; init; } = true;

    /// <summary>Is told the progress at once; null for the log of the step that builds, which may have to wait for the logs of others.</summary>
    public TaskLoggingHelper? Progress { get; init; }

    /// <summary>True when a warning was logged for one of them.</summary>
    public bool HaveWarnings { get; private set; }

    /// <summary>What they are built from, as far as steps need them.</summary>
    public IEnumerable<ImageSource> Sources => _sources.Values;

    /// <summary>Reads the images that steps name.</summary>
    /// <param name="items">The items <c>DockerImage</c>.</param>
    /// <param name="steps">The options of the steps.</param>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    /// <param name="log">Is told what is wrong with the items and their files.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <returns>False when an error was logged.</returns>
    public bool Read(IReadOnlyList<ITaskItem> items, IEnumerable<StepOptions> steps, string projectDirectory, TaskLoggingHelper log, CancellationToken cancellation)
    {
        if (items.Count == 0)
        {
            return true;
        }

        var declared = ImageReader.Read(items, projectDirectory, host);
        var isGood = true;
        foreach (var (engine, name) in steps.Select(static step => (step.EngineChoice, step.Image)).Distinct())
        {
            if (declared.GetValueOrDefault(name) is { } image)
            {
                isGood &= Read(image, engine, log, cancellation);
            }
        }

        return isGood;
    }

    /// <summary>True for a step whose image is built.</summary>
    public bool Has(StepOptions options) => _sources.ContainsKey((options.EngineChoice, options.Image));

    /// <summary>What an engine is to be asked for a step: its image, or what that is built from.</summary>
    public IEnumerable<StepOptions> Asked(StepOptions options) => Find(options) is { } source
        // Of an image without a name nothing is asked, and the engine is known all the same.
        ? source.NamedBases.Select(image => options with { Image = image.Name }).Append(options with { Image = "" })
        : [options];

    /// <summary>Asks the engine for what the image of a step is built from.</summary>
    public ProjectImages LookUp(StepOptions options, string projectDirectory, TaskLoggingHelper log, CancellationToken cancellation)
    {
        var remembered = new RememberedImages([state.Images, .. CacheFolder.Default(host) is { } cache ? new[] { cache.Images } : []]);
        return ImageLookup.Of(Asked(options), resolve: true, remembered, projectDirectory, host, log, task, cancellation)[options.EngineChoice];
    }

    /// <summary>The name by which the engine has, or is to have, the image of a step; null when that of a base is not known.</summary>
    public string? Name(StepOptions options, ProjectImages images) => Find(options)?.Name(image => images.FindOrRemembered(image.Name));

    /// <summary>The identity of a step's image, as it is or was when it was built; null when it has to be built for that.</summary>
    public string? Content(StepOptions options, ProjectImages images)
    {
        if (Name(options, images) is not { } name)
        {
            return null;
        }

        if (Remembers)
        {
            BuiltImageUses.OfUser(host)?.Note(options.EngineChoice, name);
        }

        return images.FindOrRemembered(name);
    }

    /// <summary>What is in the key of a step for its image; null for one that the engine does not have yet.</summary>
    public string? Identity(StepOptions options, StepBuildSetting setting) => (Has(options), setting.ResolveImages) switch
    {
        (true, true) => Content(options, setting.Images[options.EngineChoice]),
        (true, false) => Name(options, setting.Images[options.EngineChoice]),
        (false, true) => setting.Images[options.EngineChoice].Find(options.Image),
        (false, false) => options.Image,
    };

    /// <summary>
    /// What stands for a step's image in the key that a shared cache has its result under; null where the result is not shared.
    /// An image that came from no registry is this machine's own, and so is what a step made of it, unless a Dockerfile tells how
    /// to make it: that is the same on every machine, though what each makes of it is not.
    /// </summary>
    public string? SharedIdentity(StepOptions options, StepBuildSetting setting) =>
        Has(options) ? Name(options, setting.Images[options.EngineChoice])
        : setting.ResolveImages && setting.Images[options.EngineChoice].IsOfRegistry(options.Image) ? Identity(options, setting)
        : null;

    /// <summary>Sees that the engine has the image of a step: asks for it, and builds it where it is not there.</summary>
    /// <param name="options">The step.</param>
    /// <param name="images">What the engine has.</param>
    /// <param name="log">Is told the progress, and why there is no image.</param>
    /// <param name="pulls">The pulls of the build, for the images that it starts from.</param>
    /// <param name="cancellation">Ends the build.</param>
    /// <returns>True when it was built, false when it was there; null when an error was logged, for this step or one before.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public bool? Ensure(StepOptions options, ProjectImages images, TaskLoggingHelper log, BuildImages pulls, CancellationToken cancellation)
    {
        var observer = new RunObserver
        {
            PullProgress = line => (Progress ?? log).LogMessage(MessageImportance.High, PlainText.Of(line)),
            CommandLine = words => log.LogMessage(MessageImportance.Low, ShellWords.Join(words)),
        };
        var diagnostics = new Diagnostics(log, host) { Image = Find(options)!.Image };
        for (var build = 1; ; build++)
        {
            var source = Find(options)!;
            var asking = options;
            try
            {
                if (build > 1)
                {
                    source = _sources[(options.EngineChoice, options.Image)] = Source(source.Image, options.Engine, cancellation);
                }

                foreach (var image in source.NamedBases.Where(image => images.Find(image.Name) is null))
                {
                    asking = options with { Image = image.Name, Platform = image.Platform.Length > 0 ? image.Platform : source.Image.Platform, Pull = options.Pull == PullPolicy.Never ? PullPolicy.Never : PullPolicy.Missing };
                    DockerRunner.PullInBuildAsync(host, asking, pulls.Pulls, observer, cancellation).GetAwaiter().GetResult();
                    images.LookUpAgain(image.Name, cancellation);
                }

                asking = options;
                var name = Name(options, images) ?? throw new RunnerException(RunnerFailure.DaemonNotRunning, "The engine does not answer.");
                images.LookUpAgain(name, cancellation);
                if (images.Find(name) is not null)
                {
                    return false;
                }

                if (ImageBuilds.Of(task).BuildAsync(name, source, () => Source(source.Image, options.Engine, cancellation), options, host, observer, cancellation).GetAwaiter().GetResult() is { } failure)
                {
                    Tell(() => diagnostics.ImageNotBuilt(source.Image, failure));
                    return null;
                }

                images.LookUp([name], cancellation);
                OldImages.Start(task, host);
                return true;
            }
            catch (ImageSourceException e) when (e.Fault == ImageFault.ChangedMeanwhile && build < MostBuilds)
            {
                observer.PullProgress($"{source.Image.Name}: its files changed while it was built; building it again");
            }
            catch (ImageSourceException e)
            {
                Tell(() => diagnostics.ImageSourceUnusable(source.Image, e));
                return null;
            }
            catch (RunnerException e)
            {
                Tell(() => diagnostics.NotRun(e, asking, KeptOutput.None, NearImage.Ask(e.Failure, asking, host)));
                return null;
            }
        }

        // Once for all steps of the image.
        void Tell(Action error)
        {
            if (_told.TryAdd(options.Image, true))
            {
                error();
            }
            else
            {
                log.LogMessage(MessageImportance.High, $"There is no image '{options.Image}' to run the step in; why, an error above tells.");
            }
        }
    }

    /// <summary>Tells why <see cref="SharedIdentity"/> has none, once for all steps of an image.</summary>
    public void TellThatItIsNotShared(StepOptions options, StepBuildSetting setting, TaskLoggingHelper log)
    {
        if (_toldNotShared.TryAdd(options.Image, true))
        {
            log.LogMessage(
                MessageImportance.Normal,
                setting.ResolveImages
                    ? $"Steps in image '{options.ImageName}' do not use the shared cache, because the engine knows of no registry that has the image: results of it are this machine's own. Push it to a registry, or build it from a Dockerfile (DockerImage)."
                    : $"Steps in image '{options.ImageName}' do not use the shared cache, because with DockerExecResolveImages=\"false\" an image is its name, which may be another image elsewhere.");
        }
    }

    private ImageSource? Find(StepOptions options) => _sources.GetValueOrDefault((options.EngineChoice, options.Image));

    private bool Read(DeclaredImage image, EngineChoice engine, TaskLoggingHelper log, CancellationToken cancellation)
    {
        var diagnostics = new Diagnostics(log, host) { Image = image };
        foreach (var name in image.Unknown)
        {
            diagnostics.UnknownImageMetadata(name);
            HaveWarnings = true;
        }

        foreach (var problem in image.Problems)
        {
            diagnostics.Problem(problem);
        }

        if (image.Problems.Count > 0)
        {
            return false;
        }

        try
        {
            var source = _sources[(engine, image.Name)] = Source(image, engine.Client, cancellation);
            if (source.Folders.Contains(state.Folder, host.Paths.Comparer))
            {
                diagnostics.ContextHoldsState(image, host.Paths.Relative(image.Context, state.Folder));
                return false;
            }

            return true;
        }
        catch (ImageSourceException e)
        {
            diagnostics.ImageSourceUnusable(image, e);
            return false;
        }
    }

    private ImageSource Source(DeclaredImage image, string engine, CancellationToken cancellation) =>
        ImageSource.Read(image, state.Context(image.Name), IsPodman(engine), host, cancellation, Remembers);

    private bool IsPodman(string engine)
    {
        try
        {
            return EngineFacts.IsPodmanClient(EngineLocator.Find(engine, host));
        }
        catch (RunnerException)
        {
            // Without a client nothing is built.
            return false;
        }
    }
}
