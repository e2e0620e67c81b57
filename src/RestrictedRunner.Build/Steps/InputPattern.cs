namespace RestrictedRunner.Build;

/// <summary>Tells by their names whether one step reads what another writes, before either is there.</summary>
internal static class InputPattern
{
    /// <summary>True when one of the inputs is the output, is below it, or has it below.</summary>
    /// <param name="inputs">Files, folders and globs, and with <c>!</c> what is not read.</param>
    /// <param name="output">A file, a folder with a slash at its end, or a glob. Of two globs it is told as far as their own texts match.</param>
    /// <param name="projectDirectory">Folder that both are relative to.</param>
    public static bool Reads(IEnumerable<string> inputs, string output, string projectDirectory)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output, projectDirectory));
        var written = Glob.Parse(output, projectDirectory);
        var globs = inputs.ToLookup(input => input.StartsWith('!'), input => (Text: input, Glob: Glob.Parse(input.TrimStart('!'), projectDirectory)));
        return !globs[true].Any(input => input.Glob.IsMatch(path))
            && globs[false].Any(input => Reads(input.Glob, path, isFolder: output.EndsWith('/')) || (!written.IsPlain && IsIn(written, input.Text, input.Glob, projectDirectory)));
    }

    // What a glob writes is read by its name, with its folder, or by a glob that is a part of it.
    private static bool IsIn(Glob written, string input, Glob read, string projectDirectory) =>
        read.IsPlain
            ? written.IsMatch(read.Start) || Contains(read.Start, written.Start) || (Contains(written.Start, read.Start) && input.EndsWith('/') && written.MayMatchBelow(read.Start))
            : written.IsMatch(Path.GetFullPath(input, projectDirectory));

    private static bool Reads(Glob input, string path, bool isFolder)
    {
        if (input.IsPlain)
        {
            return Contains(input.Start, path) || Contains(path, input.Start);
        }

        // Of a folder anything may be below that matches.
        return input.IsMatch(path) || (isFolder && (Contains(path, input.Start) || input.MayMatchBelow(path)));
    }

    private static bool Contains(string folder, string path) => HostFolder.IsAtOrBelow(path, folder);
}
