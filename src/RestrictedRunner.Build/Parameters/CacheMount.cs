using System.Text.RegularExpressions;
using PathInContainer = RestrictedRunner.Hosts.ContainerPath;

namespace RestrictedRunner.Build.Parameters;

/// <summary>A folder that a step finds as earlier runs left it, as <c>RUN --mount=type=cache</c> of a Dockerfile: for the caches of package managers.</summary>
/// <param name="Name">Steps of a project that give the same name see the same folder.</param>
/// <param name="ContainerPath">Where a container sees it: absolute, without <c>.</c> and <c>..</c>.</param>
internal sealed partial record CacheMount(string Name, string ContainerPath)
{
    private const string Form = "a cache mount is name:/container/path, or with options name:/container/path:sharing=locked,scope=machine";
    private const string FormOfName = "the name of a cache mount begins with a letter or digit, and has letters, digits, '.', '_' and '-', at most 64";
    private const string FormOfOptions = "the options of a cache mount are sharing=shared (default), sharing=locked, scope=project (default) and scope=machine, separated by commas";

    /// <summary>True for a step that has the folder for itself while it runs.</summary>
    public bool IsLocked { get; private init; }

    /// <summary>True for a folder that all projects of the user share on this machine.</summary>
    public bool IsOfMachine { get; private init; }

    /// <summary>Reads <c>name:/container/path[:options]</c>.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="problem">Why it is no cache mount; empty when it is one.</param>
    /// <returns>Null when it is none.</returns>
    public static CacheMount? Read(string text, out string problem)
    {
        string[] parts = text.Split(':');
        string[] options = parts.Length == 3 ? parts[2].Split(',') : [];
        problem =
            parts.Length is not (2 or 3) ? Form
            : !NameOfMount().IsMatch(parts[0]) ? FormOfName
            : !parts[1].StartsWith('/') ? Form
            : options.FirstOrDefault(option => option is not ("sharing=shared" or "sharing=locked" or "scope=project" or "scope=machine")) is { } unknown ? $"there is no option '{unknown}'; {FormOfOptions}"
            : options.DistinctBy(option => option.Split('=')[0]).Count() < options.Length ? $"an option is given twice; {FormOfOptions}"
            : "";
        return problem.Length > 0
            ? null
            : new(parts[0], parts[1].Contains('\0', StringComparison.Ordinal) ? parts[1] : PathInContainer.Normal(parts[1]))
            {
                IsLocked = options.Contains("sharing=locked"),
                IsOfMachine = options.Contains("scope=machine"),
            };
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex NameOfMount();
}
