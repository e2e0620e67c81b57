using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Inputs;

/// <summary>Tells whether a path is that of an input, also by another way to it: through a folder that is a link.</summary>
internal sealed class InputPaths
{
    private readonly RealPaths _real;
    private readonly HashSet<string> _paths;
    private readonly HashSet<string> _locations;

    /// <param name="inputs">The inputs.</param>
    /// <param name="host">The form of paths on the host.</param>
    public InputPaths(InputFiles inputs, HostPaths host)
    {
        _real = new(host);
        _paths = new(inputs.Files.Select(file => file.FullPath).Concat(inputs.Links.Select(link => link.FullPath)), host.Comparer);

        // There is another way only where a link is.
        _locations = new(inputs.Links.Count == 0 ? [] : _paths.Select(path => _real.Location(path) ?? path), host.Comparer);
    }

    /// <summary>True for the path of an input.</summary>
    /// <param name="path">A full path.</param>
    public bool Has(string path) => _paths.Contains(path) || (_locations.Count > 0 && _real.Location(path) is { } location && _locations.Contains(location));
}
