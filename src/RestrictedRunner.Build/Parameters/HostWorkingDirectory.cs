using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Parameters;

/// <summary>Translates the parameter <c>WorkingDirectory</c>, a folder of the host, through the mounts of a step.</summary>
internal static class HostWorkingDirectory
{
    /// <summary>The parameters with the folder's path in the container as their working directory, or with the reason why it has none.</summary>
    /// <param name="parameters">With all mounts that the step has.</param>
    public static StepParameters Translate(StepParameters parameters)
    {
        var (written, mounts, host) = (parameters.WorkingDirectory, parameters.Options.Mounts, parameters.Host.Paths);
        if (written.Length == 0)
        {
            return parameters;
        }

        if (parameters.Options.WorkDir.Length > 0)
        {
            return With(parameters, new(OptionProblemKind.Conflict, Parameter.WorkingDirectory, written, "WorkDir is given too; WorkingDirectory is a path of the host, WorkDir one in the container, and a step has one of them"));
        }

        var folder = written.Contains('\0', StringComparison.Ordinal) ? written : host.Full(written, parameters.Options.ClientDirectory);
        var isThere = Directory.Exists(folder);
        if (isThere && new MountMap(host, mounts, parameters.Options.Tmpfs).InContainer(folder) is { } path)
        {
            return parameters with { Options = parameters.Options with { WorkDir = path } };
        }

        // A mount that cannot be read may be the one that shows the folder.
        if (isThere && parameters.Problems.Any(problem => problem.Kind == OptionProblemKind.MountInvalid))
        {
            return parameters;
        }

        var reason =
            written.StartsWith('/') && mounts.Any(mount => ContainerPath.IsAtOrBelow(written, mount.ContainerPath)) ? "no mount shows such a folder of the host; it is a path of the container: that goes into WorkDir"
            : !isThere ? "there is no such folder on the host"
            : $"the container does not see this folder of the host: no entry of Mounts is this folder or a parent of it. Add Mounts=\"{folder}:{host.InContainer(folder)}\"";
        return With(parameters, new(OptionProblemKind.WorkingDirectoryUnreachable, Parameter.WorkingDirectory, folder, reason));
    }

    private static StepParameters With(StepParameters parameters, OptionProblem problem) => parameters with { Problems = [.. parameters.Problems, problem] };
}
