using System.Collections.Concurrent;
using System.Xml;
using System.Xml.Linq;

namespace RestrictedRunner.Build;

/// <summary>On which line of a project each step is declared. A project is read once, when the first line is asked for.</summary>
internal sealed class StepLines
{
    private const string ItemType = "DockerExecStep";

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

    private static ILookup<string, int> Read(string file)
    {
        try
        {
            return XElement.Load(file, LoadOptions.SetLineInfo).Descendants()
                .Where(element => element.Name.LocalName.Equals(ItemType, StringComparison.OrdinalIgnoreCase))
                .SelectMany(element => Names(element).Select(name => (Name: name, Line: ((IXmlLineInfo)element).LineNumber)))
                .ToLookup(item => item.Name, item => item.Line, StringComparer.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or XmlException)
        {
            // A project that is in memory only.
            return Array.Empty<int>().ToLookup(_ => "");
        }
    }

    private static IEnumerable<string> Names(XElement item) =>
        ((string?)item.Attribute("Include") ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(name => name.IndexOfAny(['@', '$', '*', '?', '%']) < 0 ? name : Computed)
            .Distinct(StringComparer.OrdinalIgnoreCase);
}
