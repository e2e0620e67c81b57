using RestrictedRunner.Build.Paths;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Outputs;

/// <summary>Paths of outputs, relative to the folder that all of them are in, with <c>/</c> on every system.</summary>
internal static class OutputPath
{
    /// <summary>Linux takes no longer one; without a limit, what is forged could fill the memory.</summary>
    public const int MaxLength = 4096;

    // A result has no "..". No project has a folder of this name.
    private const string Up = ".restricted-runner-up";

    /// <summary>The form in which a path stands here that may lead out of the folder: <c>../a</c>.</summary>
    public static string Of(string relative) => string.Join('/', relative.Split('/').Select(name => name == ".." ? Up : name));

    /// <summary>The path as anybody else would write it.</summary>
    public static string Ordinary(string path) => string.Join('/', path.Split('/').Select(name => name == Up ? ".." : name));

    /// <summary>Whether a path leads to a place below the folder: neither absolute nor with <c>.</c> or <c>..</c>.</summary>
    public static bool IsBelow(string path) => path.Length <= MaxLength && path.Split('/').All(IsName);

    /// <summary>Whether a text is the name of one file.</summary>
    public static bool IsName(string text) => Host.OfThisMachine.Paths.IsName(text);

    /// <summary>Whether a symbolic link leads to a place below the folder, through whatever links of this kind.</summary>
    /// <param name="path">Where the link is.</param>
    /// <param name="target">What is written in it.</param>
    public static bool StaysBelow(string path, string target)
    {
        // A ".." behind a name counts from where that name leads to, which another link may decide.
        var segments = target.Split('/');
        var inOutput = string.Join('/', path.Split('/').SkipWhile(name => name == Up));
        var up = segments.TakeWhile(segment => segment == "..").Count();
        return target.Length is > 0 and <= MaxLength
            && target[0] != '/'
            && up <= inOutput.Count(character => character == '/')
            && segments.Skip(up).All(segment => segment is "" or "." || IsName(segment));
    }

    /// <summary>The first folder on the way to an output that is a symbolic link: what is written below it would be elsewhere.</summary>
    /// <returns>An absolute path, or null if there is none.</returns>
    public static string? LinkAbove(string folder, string path)
    {
        for (var end = path.IndexOf('/', StringComparison.Ordinal); end >= 0; end = path.IndexOf('/', end + 1))
        {
            if (path[..end].EndsWith(Up, StringComparison.Ordinal))
            {
                continue;
            }

            var above = new DirectoryInfo(Absolute(folder, path[..end]));
            if (above.LinkTarget is not null)
            {
                return above.FullName;
            }
        }

        return null;
    }

    /// <summary>The path on this machine.</summary>
    public static string Absolute(string folder, string path)
    {
        var host = Host.OfThisMachine.Paths;
        return path.StartsWith(Up, StringComparison.Ordinal) ? host.At(folder, Ordinary(path)) : host.Join(folder, path.Replace('/', host.Separator));
    }

    /// <summary>The outputs that are in no other output, each once and sorted.</summary>
    /// <param name="paths">With or without a slash at the end.</param>
    /// <exception cref="ArgumentException">A path is not one below the folder.</exception>
    public static IReadOnlyList<string> Outermost(IEnumerable<string> paths)
    {
        var outermost = new List<string>();
        // With its slash, what is in a folder comes right behind the folder.
        foreach (var path in paths.Select(path => $"{path.TrimEnd('/')}/").Order(Utf8Order.Comparer))
        {
            if (!IsBelow(path[..^1]))
            {
                throw new ArgumentException($"\"{path[..^1]}\" is no path below the folder of the outputs");
            }

            if (outermost.Count == 0 || !path.StartsWith(outermost[^1], StringComparison.Ordinal))
            {
                outermost.Add(path);
            }
        }

        return [.. outermost.Select(path => path[..^1]).Order(Utf8Order.Comparer)];
    }
}
