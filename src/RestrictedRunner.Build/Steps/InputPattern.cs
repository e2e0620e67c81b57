namespace RestrictedRunner.Build;

/// <summary>What a step reads, as far as the names tell, before any of it is there.</summary>
/// <param name="inputs">What is read.</param>
/// <param name="exclusions">What of it is not.</param>
internal sealed class InputPattern(IReadOnlyList<NamePattern> inputs, IReadOnlyList<Glob> exclusions)
{
    /// <summary>That of a step.</summary>
    /// <param name="inputs">Files, folders and globs, and with <c>!</c> what is not read.</param>
    /// <param name="projectDirectory">Folder that they are relative to.</param>
    public static InputPattern Of(IReadOnlyList<string> inputs, string projectDirectory) =>
        new(
            [.. inputs.Where(input => !input.StartsWith('!')).Select(input => new NamePattern(input, projectDirectory, isInput: true))],
            [.. inputs.Where(input => input.StartsWith('!')).Select(input => Glob.Parse(input.TrimStart('!'), projectDirectory))]);

    /// <summary>True when one of the inputs is the output, is below it, or has it below. Of two globs it is told as far as their own texts match.</summary>
    public bool Reads(NamePattern output) =>
        inputs.Any(input => Reads(input.Glob, output) || (!output.Glob.IsPlain && IsIn(output.Glob, input)))
        && !exclusions.Any(exclusion => exclusion.IsMatch(output.Path));

    // What a glob writes is read by its name, with its folder, or by a glob that is a part of it.
    private static bool IsIn(Glob written, NamePattern read) =>
        read.Glob.IsPlain
            ? written.IsMatch(read.Glob.Start) || Contains(read.Glob.Start, written.Start) || (Contains(written.Start, read.Glob.Start) && read.IsFolder && written.MayMatchBelow(read.Glob.Start))
            : read.IsFolder ? written.MayMatchBelow(read.Path) : written.IsMatch(read.Path);

    private static bool Reads(Glob input, NamePattern output)
    {
        if (input.IsPlain)
        {
            return Contains(input.Start, output.Path) || Contains(output.Path, input.Start);
        }

        // Of a folder anything may be below that matches.
        return input.IsMatch(output.Path) || (output.IsFolder && (Contains(output.Path, input.Start) || input.MayMatchBelow(output.Path)));
    }

    private static bool Contains(string folder, string path) => HostFolder.IsAtOrBelow(path, folder);
}
