using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// The folders that make says it enters and leaves, among the lines of both streams: make tells them on standard output,
/// its compilers complain on standard error.
/// </summary>
internal sealed partial class MakeFolders
{
    // Deeper than any tree of makefiles; a make that is killed leaves nothing.
    private const int Most = 100;

    /// <summary>The folders at this line.</summary>
    public EnteredFolders Now { get; private set; } = EnteredFolders.None;

    /// <summary>Gets every line that may be make's, which has a colon.</summary>
    public void Pass(string line)
    {
        if (!line.Contains("ing directory ", StringComparison.Ordinal) || EnteredOrLeft().Match(line) is not { Success: true } match)
        {
            return;
        }

        var folder = match.Text("folder");
        var isLeft = match.Groups["left"].Success;
        if (!isLeft)
        {
            Now = new([.. Now.Open.Prepend(folder).Take(Most)], Now.Left);
        }
        else if (Now.Open.Contains(folder))
        {
            Now = new(Without(Now.Open, folder), [.. Now.Left.Where(other => other != folder).Prepend(folder).Take(Most)]);
        }
    }

    // Makes that run at the same time (-j) do not leave in the order of a stack.
    private static List<string> Without(IReadOnlyList<string> folders, string folder)
    {
        var rest = folders.ToList();
        rest.Remove(folder);
        return rest;
    }

    // make[1]: Entering directory '/src' (4.x), `/src' (3.8x); typographic quotes in UTF-8 locales of some systems.
    [GeneratedRegex(@"^\S*make\S*: (Entering|(?<left>Leaving)) directory ['`\u2018""](?<folder>/.*)['\u2019""]$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex EnteredOrLeft();
}

/// <summary>Folders of the container that make has said it entered, newest first.</summary>
/// <param name="Open">Those it has not left.</param>
/// <param name="Left">
/// Those it has left. The two streams are two pipes, so a compiler's last words may come after make has left the folder.
/// </param>
internal sealed record EnteredFolders(IReadOnlyList<string> Open, IReadOnlyList<string> Left)
{
    public static readonly EnteredFolders None = new([], []);
}
