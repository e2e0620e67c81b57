using System.Text.RegularExpressions;

namespace RestrictedRunner.Build;

/// <summary>Tells of a hermetic step that failed what it does not see: a forgotten input is the commonest reason.</summary>
internal static partial class UndeclaredInput
{
    /// <summary>The sentence for an error.</summary>
    /// <param name="options">The step; the project's folder is its client's.</param>
    /// <param name="words">The last lines of its output, or the name of a program.</param>
    /// <param name="exists">Tells whether the host has a file or folder.</param>
    public static string Hint(StepOptions options, string words, Func<string, bool> exists)
    {
        string[] names = [.. FileName().Matches(words).Select(match => match.Value)];
        if (names.FirstOrDefault(name => name.StartsWith('/') && HostFolder.IsAtOrBelow(name, options.ClientDirectory)) is { } absolute)
        {
            return $"The step is hermetic and does not see the project's own folder: write '{Path.GetRelativePath(options.ClientDirectory, absolute)}' in place of '{absolute}', and declare it.";
        }

        var stage = new ContainerPaths(options.Mounts, options.Tmpfs, options.WorkDir, exists).OnHost(options.WorkDir);
        var forgotten = names.Select(name => name.TrimStart('/'))
            .FirstOrDefault(name => exists(Path.GetFullPath(name, options.ClientDirectory)) && !exists(Path.GetFullPath(name, stage)));
        return forgotten is not null
            ? $"The step is hermetic and sees only its Inputs: add '{forgotten}' to them."
            : $"The step is hermetic: of the project it sees only its Inputs{(options.AllowNetworking ? "" : ", it has no network")}{(options.ReadOnly ? ", and it writes only where its outputs are and into /tmp" : "")}.";
    }

    // What has neither a folder nor an ending may be any word.
    [GeneratedRegex(@"[\w./~+@-]*[./][\w.~+@-]*\w")]
    private static partial Regex FileName();
}
