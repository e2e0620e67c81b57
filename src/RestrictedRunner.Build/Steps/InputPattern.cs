namespace RestrictedRunner.Build;

/// <summary>Tells by their names whether one step reads what another writes, before either is there.</summary>
internal static class InputPattern
{
    /// <summary>True when one of the inputs is the output, is below it, or has it below.</summary>
    /// <param name="inputs">Files, folders and globs. Those taken away by <c>!</c> are read no less by this rule.</param>
    /// <param name="output">A file, or a folder with a slash at its end.</param>
    /// <param name="projectDirectory">Folder that both are relative to.</param>
    public static bool Reads(IEnumerable<string> inputs, string output, string projectDirectory) =>
        inputs.Where(input => !input.StartsWith('!')).Select(input => Glob.Parse(input, projectDirectory)).Any(input => Reads(input, output, Path.GetFullPath(output, projectDirectory)));

    private static bool Reads(Glob input, string output, string path)
    {
        var isFolder = output.EndsWith('/');
        path = Path.TrimEndingDirectorySeparator(path);
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
