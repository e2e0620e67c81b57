using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Building;

/// <summary>Asks each engine of a project once for the images of all its steps.</summary>
internal static class ImageLookup
{
    /// <summary>What the images' names stand for, by the engine.</summary>
    /// <param name="steps">The options of the steps. An image whose name is none is not asked for.</param>
    /// <param name="resolve">False asks nothing.</param>
    /// <param name="remembered">What earlier builds have heard.</param>
    /// <param name="projectDirectory">Full path of the folder that the engines' clients run in.</param>
    /// <param name="host">The machine that builds.</param>
    /// <param name="log">Is told once in a build that no engine answers.</param>
    /// <param name="build">The build.</param>
    /// <param name="cancellation">Ends the questions.</param>
    public static IReadOnlyDictionary<EngineChoice, ProjectImages> Of(
        IEnumerable<StepOptions> steps,
        bool resolve,
        RememberedImages remembered,
        string projectDirectory,
        Host host,
        TaskLoggingHelper log,
        IBuildEngine build,
        CancellationToken cancellation)
    {
        var images = new Dictionary<EngineChoice, ProjectImages>();
        foreach (var ofEngine in steps.GroupBy(options => options.EngineChoice))
        {
            var known = images[ofEngine.Key] = new(BuildImages.Of(build).OfEngine(ofEngine.Key, host), remembered, ofEngine.Key.Options with { ClientDirectory = projectDirectory, Secrets = [.. ofEngine.SelectMany(options => options.Secrets).Distinct()] });
            if (!resolve)
            {
                continue;
            }

            string[] names = [.. ofEngine.Where(options => StepOptionRules.CheckPull(options).Count == 0).Select(options => options.Image)];
            known.LookUp(names, cancellation);
            if (known.AbsenceToTell(names) is { } absence)
            {
                log.LogMessage(MessageImportance.High, $"No container engine answers. The build takes the images for what they were when an engine last answered, and only steps that have to run fail. {absence.Message.Split('\n')[0]}");
            }
        }

        return images;
    }
}
