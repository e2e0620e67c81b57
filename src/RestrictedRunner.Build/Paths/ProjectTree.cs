namespace RestrictedRunner.Build.Paths;

/// <summary>
/// Paths in the tree that a step sees. It begins at the project's folder, or so many folders above it (its depth) that
/// what the step reads and writes beside that folder is in it, too.
/// </summary>
internal static class ProjectTree
{
    private const string Parent = "..";

    // The folders from the root down to the project's have no names of their own, so that those of a checkout do not count.
    // What is beside the project is beside the first of them: nobody has a folder of this name. It has no dot before it,
    // because of tools that look into no path with one.
    private const string ProjectBelow = "restricted-runner-project";

    /// <summary>How many folders above the project's a path from there begins.</summary>
    public static int Parents(string path) => path.Split('/').TakeWhile(name => name == Parent).Count();

    /// <summary>How many folders above the project's the outermost of some paths from there begins.</summary>
    public static int Depth(IEnumerable<string> paths)
    {
        // Max() of numbers is compiled anew in every build, which takes 5 ms.
        var depth = 0;
        foreach (var path in paths)
        {
            depth = Math.Max(depth, Parents(path));
        }

        return depth;
    }

    /// <summary>True when a path from the project's folder is a folder that this one is in.</summary>
    public static bool IsAboveProject(string path) => path.Split('/').All(name => name == Parent);

    /// <summary>The project's folder in a tree of this depth; empty when it is the root.</summary>
    public static string ProjectAt(int depth) => string.Join('/', Enumerable.Repeat(ProjectBelow, depth));

    /// <summary>The place in a tree of this depth of a path from the project's folder.</summary>
    public static string PathAt(int depth, string path) =>
        depth == 0 && !path.StartsWith(Parent, StringComparison.Ordinal) ? path : string.Join('/', [.. Enumerable.Repeat(ProjectBelow, depth - Parents(path)), .. path.Split('/').Skip(Parents(path))]);
}
