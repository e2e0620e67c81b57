namespace RestrictedRunner.Build;

/// <summary>Tells by their names whether one step reads what another writes, before either is there.</summary>
internal static class InputPattern
{
    /// <summary>True when one of the inputs is the output, is below it, or has it below.</summary>
    /// <param name="inputs">Files, folders and globs, and with <c>!</c> what is not read.</param>
    /// <param name="output">A file, or a folder with a slash at its end.</param>
    /// <param name="projectDirectory">Folder that both are relative to.</param>
    public static bool Reads(IEnumerable<string> inputs, string output, string projectDirectory)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output, projectDirectory));
        var globs = inputs.ToLookup(input => input.StartsWith('!'), input => Glob.Parse(input.TrimStart('!'), projectDirectory));
        return !globs[true].Any(glob => glob.IsMatch(path)) && globs[false].Any(glob => Reads(glob, path, isFolder: output.EndsWith('/')));
    }

    private static bool Reads(Glob input, string path, bool isFolder)
    {
        if (input.IsPlain)
        {
            return Contains(input.Start, path) || Contains(path, input.Start);
        }

        // Of a folder anything may be below that matches.
        return input.IsMatch(path) || (isFolder && (Contains(path, input.Start) || input.MayMatchBelow(path)));
    }

    private static bool Contains(string folder, string path) =>
        path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);
}
