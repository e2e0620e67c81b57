namespace RestrictedRunner.WindowsClient;

/// <summary>Turns paths of Windows into those of Linux, as Docker Desktop does with those that its engine is to mount.</summary>
/// <param name="Root">The folder that is the root of Wine's programs: drive Z:.</param>
/// <param name="DriveC">The folder that is drive C:.</param>
/// <param name="Shared">The folder that has the same path in that root.</param>
internal sealed record HostPaths(string Root, string DriveC, string Shared)
{
    /// <summary>A word of the client with the paths in it turned.</summary>
    /// <param name="option">The word before it.</param>
    /// <param name="word">The word.</param>
    public string InWord(string option, string word) => option switch
    {
        "--mount" => InMount(word),
        "--volume" or "-v" when IsOfWindows(word) && word.IndexOf(':', 2) is >= 0 and var end => OnLinux(word[..end]) + word[end..],
        "--env-file" or "--cidfile" => OnLinux(word),
        _ => word,
    };

    /// <summary>The path on Linux of a path of Windows; another text stays.</summary>
    public string OnLinux(string path)
    {
        if (!IsOfWindows(path))
        {
            return path;
        }

        var names = path[2..].Split('/', '\\').Where(name => name.Length > 0).ToList();
        if (char.ToUpperInvariant(path[0]) == 'C')
        {
            return Existing(DriveC, names);
        }

        var shared = Existing("/", names);
        return shared == Shared || shared.StartsWith(Shared + '/', StringComparison.Ordinal) ? shared : Existing(Root, names);
    }

    private static bool IsOfWindows(string path) => path.Length >= 3 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is '/' or '\\';

    // Names that differ in case only are one file for Windows.
    private static string Existing(string folder, IEnumerable<string> names) => names.Aggregate(folder, static (at, name) =>
        Path.Exists(Path.Combine(at, name)) || !Directory.Exists(at) ? Path.Combine(at, name)
            : Directory.EnumerateFileSystemEntries(at, "*", new EnumerationOptions { AttributesToSkip = 0 })
                .FirstOrDefault(entry => string.Equals(Path.GetFileName(entry), name, StringComparison.OrdinalIgnoreCase), Path.Combine(at, name)));

    // The value is a record of comma-separated values, whose quotes are doubled.
    private string InMount(string value) => string.Join(',', Fields(value).Select(field =>
    {
        var source = new[] { "src=", "source=" }.FirstOrDefault(name => field.StartsWith(name, StringComparison.Ordinal));
        var turned = source is null ? field : source + OnLinux(field[source.Length..]);
        return turned.AsSpan().IndexOfAny(",\"") < 0 ? turned : $"\"{turned.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }));

    private static IEnumerable<string> Fields(string record)
    {
        for (var start = 0; start <= record.Length;)
        {
            var isQuoted = start < record.Length && record[start] == '"';
            var end = isQuoted ? start + 1 : record.IndexOf(',', start);
            while (isQuoted && (record[end] != '"' || (end + 1 < record.Length && record[end + 1] == '"')))
            {
                end += record[end] == '"' ? 2 : 1;
            }

            end = isQuoted ? end + 1 : end < 0 ? record.Length : end;
            yield return isQuoted ? record[(start + 1)..(end - 1)].Replace("\"\"", "\"", StringComparison.Ordinal) : record[start..end];
            start = end + 1;
        }
    }
}
