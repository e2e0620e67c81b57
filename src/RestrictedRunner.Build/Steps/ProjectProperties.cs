using System.Xml;
using System.Xml.Linq;

namespace RestrictedRunner.Build;

/// <summary>Looks at the properties that project files set, of which MSBuild tells a task nothing.</summary>
internal static class ProjectProperties
{
    /// <summary>Tells the names of properties that look like ours and are none.</summary>
    public static void Unknown(IEnumerable<string> files, Action<string> tell)
    {
        foreach (var name in files.SelectMany(Names).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (name.StartsWith(StepReader.PropertyPrefix, StringComparison.OrdinalIgnoreCase) && !StepReader.PropertyNames.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                tell(name);
            }
        }
    }

    private static IReadOnlyList<string> Names(string file)
    {
        try
        {
            return [.. XElement.Load(file).Descendants().Where(element => element.Parent?.Name.LocalName == "PropertyGroup").Select(element => element.Name.LocalName)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException)
        {
            // MSBuild has read it, so it is one that is in memory only.
            return [];
        }
    }
}
