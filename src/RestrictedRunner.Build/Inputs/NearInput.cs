using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.Inputs;

/// <summary>Tells of an input that stands for no file what is there instead.</summary>
internal static class NearInput
{
    // More would not be read, and a whole disk may be below.
    private const int MostNames = 3;
    private const int MostLookedAt = 10_000;

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None };

    /// <summary>The sentences for a warning; empty when there is nothing to tell.</summary>
    /// <param name="input">A glob or folder.</param>
    /// <param name="projectDirectory">Full path of the project's folder, from which paths are shown.</param>
    public static string Of(DeclaredPath input, string projectDirectory) =>
        AbsentFolder(input.Glob, projectDirectory) ?? LeftOut(input.Glob, projectDirectory) ?? OtherNames(input, projectDirectory);

    private static string? AbsentFolder(Glob glob, string projectDirectory)
    {
        var start = glob.Start;
        if (Directory.Exists(start))
        {
            return null;
        }

        var absent = start;
        while (Path.GetDirectoryName(absent) is { } parent && !Directory.Exists(parent))
        {
            absent = parent;
        }

        var folder = Path.GetDirectoryName(absent)!;
        var nearest = Spelling.Nearest(Path.GetFileName(absent), Names(folder, foldersOnly: true));
        return $"There is no folder '{glob.Host.Relative(projectDirectory, absent)}'{(nearest.Length > 0 ? $"; is '{glob.Host.Relative(projectDirectory, Path.Combine(folder, nearest))}' meant?" : ".")}";
    }

    // What the same text would stand for if nothing were left out.
    private static string? LeftOut(Glob glob, string projectDirectory)
    {
        var all = glob.IsPlain ? Glob.Below(glob.Host, glob.Start) : glob.WithDotFolders();
        return Below(glob.Start).Where(all.IsMatch).Min(StringComparer.Ordinal) is { } file
            ? $"It does not stand for '{glob.Host.Relative(projectDirectory, file)}': '!' takes that away, or the build or the step itself writes it, or it is in a folder whose name begins with a dot and that the input does not name."
            : null;
    }

    private static string OtherNames(DeclaredPath input, string projectDirectory)
    {
        var glob = input.Glob;

        // The names of folders that come after a pattern, and the ending of the file's.
        var names = input.Text.Split('/');
        var known = Below(glob.Start).Select(path => glob.Host.Relative(glob.Start, path).Split('/')).ToList();
        var folders = known.SelectMany(path => path.SkipLast(1)).Distinct().ToList();
        foreach (var name in names.SkipLast(1).Where(name => name.Length > 0 && name.AsSpan().IndexOfAny('*', '?') < 0 && !folders.Contains(name)).Where(name => !IsInStart(name, glob)))
        {
            if (Spelling.Nearest(name, folders) is { Length: > 0 } folder)
            {
                return $"Is '{string.Join('/', names.Select(other => other == name ? folder : other))}' meant?";
            }
        }

        var endings = known.Select(path => $"*{Path.GetExtension(path[^1])}").Distinct().ToList();
        if (!glob.IsPlain && names[^1].StartsWith('*') && Spelling.Nearest(names[^1], endings) is { Length: > 0 } ending && ending != names[^1])
        {
            return $"Is '{string.Join('/', [.. names[..^1], ending])}' meant?";
        }

        var beside = Names(glob.Start, foldersOnly: false).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal).ToList();
        var shown = string.Join(", ", beside.Take(MostNames).Select(name => $"'{name}'"));
        return beside.Count == 0 ? $"'{glob.Host.Relative(projectDirectory, glob.Start)}' is empty." : $"'{glob.Host.Relative(projectDirectory, glob.Start)}' has {shown}{(beside.Count > MostNames ? " and more" : "")}.";
    }

    private static bool IsInStart(string name, Glob glob) => glob.Host.Segments(glob.Start).Contains(name) || name is "." or "..";

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, RecurseSubdirectories = true, IgnoreInaccessible = true }).Take(MostLookedAt);

    private static IEnumerable<string> Names(string folder, bool foldersOnly) =>
        (foldersOnly ? Directory.EnumerateDirectories(folder, "*", Everything) : Directory.EnumerateFileSystemEntries(folder, "*", Everything)).Select(path => Path.GetFileName(path));
}
