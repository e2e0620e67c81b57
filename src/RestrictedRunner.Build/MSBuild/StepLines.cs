using System.Collections.Concurrent;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>On which line of a project each step, or item of another type, is declared. A project is read once, when the first line is asked for.</summary>
internal sealed class StepLines(string itemType = StepElement.ItemType)
{
    // No step is called so.
    private const string Computed = "";

    private readonly ConcurrentDictionary<string, Lazy<ILookup<string, int>>> _files = new();

    /// <summary>Line of the step, from 1; 0 when there is not just one that may be it.</summary>
    /// <param name="file">Path of the project that has the item.</param>
    /// <param name="name">The step's.</param>
    public int Of(string file, string name)
    {
        var lines = _files.GetOrAdd(file, path => new Lazy<ILookup<string, int>>(() => Read(path))).Value;
        return (lines.Contains(name) ? lines[name] : lines[Computed]).ToArray() is [var only] ? only : 0;
    }

    private ILookup<string, int> Read(string file) =>
        StepElement.In(file, itemType)
            .SelectMany(element => element.Names.Concat(element.IsComputed ? [Computed] : []).Select(name => (Name: name, element.Line)))
            .ToLookup(item => item.Name, item => item.Line, StringComparer.OrdinalIgnoreCase);
}
