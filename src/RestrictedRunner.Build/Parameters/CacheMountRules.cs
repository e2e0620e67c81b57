using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Parameters;

/// <summary>Finds everything that is wrong with the cache mounts of a step beside the other things that it sees.</summary>
internal static class CacheMountRules
{
    /// <summary>All problems; empty when the step may run.</summary>
    /// <param name="parameters">With all mounts that the step has.</param>
    public static IEnumerable<OptionProblem> Check(StepParameters parameters)
    {
        foreach (var mount in parameters.CacheMounts)
        {
            if (WhyNot(mount, parameters.Options) is { } reason)
            {
                yield return Problem(mount, reason);
            }
        }

        foreach (var twice in parameters.CacheMounts.GroupBy(mount => mount.ContainerPath).Where(group => group.Skip(1).Any()))
        {
            yield return Problem(twice.First(), $"the cache mounts '{twice.First().Name}' and '{twice.Skip(1).First().Name}' have the same container path");
        }

        foreach (var twice in parameters.CacheMounts.GroupBy(mount => (mount.Name, mount.IsOfMachine)).Where(group => group.Skip(1).Any()))
        {
            yield return Problem(twice.First(), $"the cache mount '{twice.Key.Name}' is given twice, and one name is one folder; give the other one another name");
        }
    }

    private static string? WhyNot(CacheMount mount, StepOptions options) =>
        !OptionForms.IsText(mount.ContainerPath) || mount.ContainerPath.Any(char.IsControl) ? "a container path has no control characters"
        : mount.ContainerPath == "/" ? "a cache mount cannot be the root of the container"
        : mount.ContainerPath.StartsWith("/.restricted-runner.", StringComparison.Ordinal) ? "the runner's own files are there"
        : options.Mounts.FirstOrDefault(other => IsIn(mount, other.ContainerPath)) is { } other ? $"files of the host are mounted at '{other.ContainerPath}'; {Elsewhere(mount)}"
        : options.Tmpfs.Select(folder => folder.Split(':')[0]).FirstOrDefault(folder => IsIn(mount, folder)) is { } inMemory ? $"'{inMemory}' is a folder in memory (Tmpfs, of a hermetic step /tmp); {Elsewhere(mount)}"
        : null;

    private static string Elsewhere(CacheMount mount) => $"use another path, such as /cache/{mount.Name}, and let the tool know it, as by npm_config_cache or PIP_CACHE_DIR";

    private static bool IsIn(CacheMount mount, string folder) =>
        folder.StartsWith('/') && !folder.Contains('\0', StringComparison.Ordinal) && ContainerPath.IsAtOrBelow(mount.ContainerPath, ContainerPath.Normal(folder));

    private static OptionProblem Problem(CacheMount mount, string reason) => new(OptionProblemKind.Conflict, Parameter.CacheMounts, mount.ContainerPath, reason);
}
