using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace RestrictedRunner.Options;

/// <summary>
/// Splits text into words, and writes words as text, by the quoting rules of the POSIX shell:
/// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_02. Nothing is expanded.
/// </summary>
internal static class ShellWords
{
    /// <summary>False when a quote is not closed or the text ends in a backslash.</summary>
    public static bool TrySplit(string text, [NotNullWhen(true)] out IReadOnlyList<string>? words)
    {
        words = null;
        var found = new List<string>();
        var word = new StringBuilder();
        var inWord = false;

        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case ' ' or '\t' or '\n' or '\r':
                    if (inWord)
                    {
                        found.Add(word.ToString());
                        word.Clear();
                        inWord = false;
                    }

                    break;

                case '\'':
                    var close = text.IndexOf('\'', i + 1);
                    if (close < 0)
                    {
                        return false;
                    }

                    word.Append(text, i + 1, close - i - 1);
                    inWord = true;
                    i = close;
                    break;

                case '"':
                    i = ReadDoubleQuoted(text, i + 1, word);
                    if (i < 0)
                    {
                        return false;
                    }

                    inWord = true;
                    break;

                case '\\':
                    if (++i == text.Length)
                    {
                        return false;
                    }

                    // A backslash before a newline continues the line and is no part of a word.
                    if (text[i] != '\n')
                    {
                        word.Append(text[i]);
                        inWord = true;
                    }

                    break;

                default:
                    word.Append(text[i]);
                    inWord = true;
                    break;
            }
        }

        if (inWord)
        {
            found.Add(word.ToString());
        }

        words = found;
        return true;
    }

    /// <summary>The words of a text that is known to be well-formed.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static IReadOnlyList<string> Split(string text) =>
        TrySplit(text, out var words) ? words : throw new FormatException($"A quote is not closed in: {text}");

    /// <summary>Words as a line that a shell reads back as the same words.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>A word as a shell reads it back.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "_@%+=:,./-".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    // Returns the index of the closing quote, or -1. Inside double quotes a backslash escapes only $ ` " \ and newline.
    private static int ReadDoubleQuoted(string text, int start, StringBuilder word)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                return i;
            }

            if (text[i] == '\\' && i + 1 < text.Length && "$`\"\\\n".Contains(text[i + 1], StringComparison.Ordinal))
            {
                i++;
                if (text[i] != '\n')
                {
                    word.Append(text[i]);
                }
            }
            else
            {
                word.Append(text[i]);
            }
        }

        return -1;
    }
}
