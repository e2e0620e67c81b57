using System.Xml;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>Looks at the properties that are set: in project files, of which MSBuild tells a task nothing, on the command line, and in the environment.</summary>
internal static class ProjectProperties
{
    /// <summary>What the names of our properties begin with.</summary>
    public const string Prefix = "DockerExec";

    /// <summary>Tells the names of properties that look like ours and are none.</summary>
    /// <param name="files">Paths of project files.</param>
    /// <param name="given">Names of properties that the command line or another project sets.</param>
    /// <param name="variables">Names of environment variables, each of which is a property.</param>
    /// <param name="known">The names of ours.</param>
    /// <param name="tell">Is told each name.</param>
    public static void Unknown(IEnumerable<string> files, IEnumerable<string> given, IEnumerable<string> variables, IReadOnlyCollection<string> known, Action<string> tell)
    {
        // A variable in capitals may be another program's: DOCKEREXECUTABLE.
        var ofEnvironment = variables.Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal));
        foreach (var name in files.SelectMany(Names).Concat(given).Concat(ofEnvironment).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (LooksLikeOurs(name) && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                tell(name);
            }
        }
    }

    // DockerExecutable is another word.
    private static bool LooksLikeOurs(string name) =>
        name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && name.Length > Prefix.Length && char.IsUpper(name[Prefix.Length]);

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
