using System.Xml;

namespace RestrictedRunner.Build;

/// <summary>Looks at the properties that project files set, of which MSBuild tells a task nothing.</summary>
internal static class ProjectProperties
{
    /// <summary>Tells the names of properties that look like ours and are none.</summary>
    public static void Unknown(IEnumerable<string> files, Action<string> tell)
    {
        foreach (var name in files.SelectMany(Names).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (LooksLikeOurs(name) && !StepReader.PropertyNames.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                tell(name);
            }
        }
    }

    // DockerExecutable is another word.
    private static bool LooksLikeOurs(string name) =>
        name.StartsWith(StepReader.PropertyPrefix, StringComparison.OrdinalIgnoreCase) && name.Length > StepReader.PropertyPrefix.Length && char.IsUpper(name[StepReader.PropertyPrefix.Length]);

    private static IReadOnlyList<string> Names(string file)
    {
        var names = new List<string>();
        try
        {
            using var reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
            var groupDepth = int.MaxValue;
            while (reader.Read())
            {
                if (reader.Depth <= groupDepth)
                {
                    groupDepth = reader is { NodeType: XmlNodeType.Element, LocalName: "PropertyGroup" } ? reader.Depth : int.MaxValue;
                }
                else if (reader.NodeType == XmlNodeType.Element && reader.Depth == groupDepth + 1)
                {
                    names.Add(reader.LocalName);
                }
            }

            return names;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException)
        {
            // MSBuild has read it, so it is one that is in memory only.
            return [];
        }
    }
}
