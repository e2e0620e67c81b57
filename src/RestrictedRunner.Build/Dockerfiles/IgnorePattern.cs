using System.Text;
using System.Text.RegularExpressions;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>A line of a <c>.dockerignore</c> file.</summary>
/// <param name="Text">The pattern, cleaned, without <c>!</c>.</param>
/// <param name="IsException">True for one that begins with <c>!</c>: what it matches is left out no more.</param>
/// <remarks>Docker matches a pattern as Go's <c>filepath.Match</c> does, with <c>**</c> for any number of folders: https://docs.docker.com/build/concepts/context/#dockerignore-files</remarks>
internal sealed record IgnorePattern(string Text, bool IsException)
{
    // What counts in a regular expression and not in a pattern.
    private const string Plain = ".+()|{}$";

    private readonly Func<string, bool> _isMatch = Matcher(Text);

    /// <summary>Reads a line; null for one that is blank or a comment.</summary>
    /// <param name="line">The line.</param>
    /// <param name="hasBackslashPaths">True on Windows, where <c>\</c> separates folders and quotes nothing.</param>
    /// <exception cref="FormatException">No path matches it, and clients refuse it.</exception>
    public static IgnorePattern? Read(string line, bool hasBackslashPaths)
    {
        var text = line.StartsWith('#') ? "" : line.Trim();
        var isException = text.StartsWith('!');
        text = isException ? text[1..].Trim() : text;
        if (text.Length == 0)
        {
            return isException ? throw new FormatException("there is nothing after \"!\"") : null;
        }

        text = Clean(hasBackslashPaths ? text.Replace('\\', '/') : text);
        text = text.Length > 1 && text[0] == '/' ? text[1..] : text;
        if (isException && text == "/")
        {
            throw new FormatException("there is nothing after \"!\"");
        }

        return IsValid(text) ? new(text, isException) : throw new FormatException("its brackets or backslashes have no end");
    }

    /// <summary>True when it matches a path itself, whatever it does with the folders that this is in.</summary>
    /// <param name="path">Relative to the context, with <c>/</c>.</param>
    public bool IsMatch(string path) => _isMatch(path);

    /// <summary>True when it may match something in a folder.</summary>
    public bool MayMatchBelow(string folder)
    {
        var (own, folders) = (Text.Split('/'), folder.Split('/'));
        for (var i = 0; i < own.Length; i++)
        {
            if (i == folders.Length || own[i].AsSpan().IndexOfAny("*?[\\") >= 0)
            {
                return true;
            }

            if (own[i] != folders[i])
            {
                return false;
            }
        }

        return false;
    }

    // The shortest name for the same path, as Go's filepath.Clean has it.
    private static string Clean(string path)
    {
        var isRooted = path.StartsWith('/');
        List<string> names = [];
        foreach (var name in path.Split('/'))
        {
            if (name is "" or ".")
            {
                continue;
            }

            if (name == ".." && (names.Count == 0 ? isRooted : names[^1] != ".."))
            {
                if (names.Count > 0)
                {
                    names.RemoveAt(names.Count - 1);
                }

                continue;
            }

            names.Add(name);
        }

        var clean = string.Join('/', names);
        return isRooted ? $"/{clean}" : clean.Length == 0 ? "." : clean;
    }

    // What Docker makes of a pattern, token by token, with its corners: https://github.com/moby/patternmatcher
    private static Func<string, bool> Matcher(string pattern)
    {
        var expression = new StringBuilder(@"\A");
        var kind = Kind.Exact;
        for (var (i, isFirst) = (0, true); i < pattern.Length; i++, isFirst = false)
        {
            switch (pattern[i])
            {
                case '*' when Next(i) == '*':
                    i += Next(i + 1) == '/' ? 2 : 1;
                    var isLast = i + 1 == pattern.Length;
                    expression.Append(isLast ? ".*" : "(.*/)?");
                    kind = isFirst ? Kind.Suffix : isLast && kind == Kind.Exact ? Kind.Prefix : Kind.Expression;
                    continue;
                case '*':
                    expression.Append("[^/]*");
                    break;
                case '?':
                    expression.Append("[^/]");
                    break;
                case '\\':
                    expression.Append('\\').Append(pattern[++i]);
                    break;
                case '[' or ']':
                    expression.Append(pattern[i]);
                    break;
                default:
                    expression.Append(Plain.Contains(pattern[i], StringComparison.Ordinal) ? $@"\{pattern[i]}" : pattern[i].ToString());
                    continue;
            }

            kind = Kind.Expression;
        }

        return kind switch
        {
            Kind.Exact => path => path == pattern,
            Kind.Prefix => path => path.AsSpan().StartsWith(pattern.AsSpan(..^2), StringComparison.Ordinal),
            Kind.Suffix => path => path.AsSpan().EndsWith(pattern.AsSpan(2..), StringComparison.Ordinal) || pattern.AsSpan(2..) is ['/', .. var name] && name.SequenceEqual(path),
            _ => Compiled(expression.Append(@"\z").ToString()),
        };

        char Next(int i) => i + 1 < pattern.Length ? pattern[i + 1] : '\0';
    }

    private static Func<string, bool> Compiled(string expression)
    {
        try
        {
            return new Regex(expression, RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking).IsMatch;
        }
        catch (ArgumentException)
        {
            throw new FormatException("a character after its backslash or in its brackets cannot be there");
        }
    }

    // As Go's filepath.Match checks it.
    private static bool IsValid(string pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' ? ++i == pattern.Length : pattern[i] == '[' && !SkipBrackets(pattern, ref i))
            {
                return false;
            }
        }

        return true;
    }

    // From "[" to "]".
    private static bool SkipBrackets(string pattern, ref int i)
    {
        i += i + 1 < pattern.Length && pattern[i + 1] == '^' ? 2 : 1;
        for (var isEmpty = true; ; isEmpty = false)
        {
            if (!isEmpty && i < pattern.Length && pattern[i] == ']')
            {
                return true;
            }

            if (!SkipCharacter(pattern, ref i) || (pattern[i] == '-' && (++i == pattern.Length || !SkipCharacter(pattern, ref i))))
            {
                return false;
            }
        }
    }

    private static bool SkipCharacter(string pattern, ref int i)
    {
        if (i >= pattern.Length || pattern[i] is '-' or ']')
        {
            return false;
        }

        i += pattern[i] == '\\' ? 2 : 1;
        return i < pattern.Length;
    }

    private enum Kind
    {
        Exact,
        Prefix,
        Suffix,
        Expression,
    }
}
