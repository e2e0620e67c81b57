using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Paths;

/// <summary>
/// One spelling of each folder: where case does not count, <c>Gen/a</c> and <c>gen/b</c> are in one folder, and a tree that
/// is made of them has to have one, too. The first spelling is the one that stays.
/// </summary>
/// <param name="host">The form of paths on the host.</param>
internal sealed class OneSpelling(HostPaths host)
{
    private readonly Dictionary<string, string> _known = new(host.Comparer);

    /// <summary>A path in that spelling.</summary>
    /// <param name="path">Relative, with <c>/</c>.</param>
    public string Of(string path)
    {
        if (!host.IgnoresCase)
        {
            return path;
        }

        if (!_known.TryGetValue(path, out var spelled))
        {
            var end = path.LastIndexOf('/');
            _known[path] = spelled = end < 0 ? path : $"{Of(path[..end])}{path[end..]}";
        }

        return spelled;
    }
}
