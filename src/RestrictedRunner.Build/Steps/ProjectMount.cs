using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Engine;

namespace RestrictedRunner.Build.Steps;

/// <summary>How a declared step sees the project: at one path, whatever the machine's is, with the command starting there.</summary>
internal static class ProjectMount
{
    /// <summary>Where the project's folder is in the container.</summary>
    public const string Path = "/project";

    /// <summary>The options with what a step gets that says nothing else: the project's folder, as the folder that it starts in, and the caller as its user.</summary>
    /// <param name="parameters">Those of the step.</param>
    /// <param name="mounts">What shows the project's folder, or what stands in for it, and the folders of outputs.</param>
    /// <param name="start">Path below <see cref="Path"/> that the command starts in; empty for that itself.</param>
    public static StepOptions AddTo(StepParameters parameters, IEnumerable<Mount> mounts, string start)
    {
        var options = parameters.Options;
        return options with
        {
            Mounts = [.. mounts, .. options.Mounts],
            WorkDir = options.WorkDir.Length == 0 && parameters.WorkingDirectory.Length == 0 ? At(start) : options.WorkDir,
            User = options.User.Length == 0 ? CurrentUser.Option : options.User,
        };
    }

    /// <summary>Path in the container of one below <see cref="Path"/>.</summary>
    public static string At(string below) => below.Length == 0 ? Path : $"{Path}/{below}";
}
