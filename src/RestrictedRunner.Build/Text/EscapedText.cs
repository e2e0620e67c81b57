using System.Buffers;
using System.Globalization;
using System.Text;

namespace RestrictedRunner.Build.Text;

/// <summary>Text in the form in which MSBuild takes it as it is.</summary>
internal static class EscapedText
{
    // https://learn.microsoft.com/visualstudio/msbuild/msbuild-special-characters
    private static readonly SearchValues<char> Special = SearchValues.Create("%*?@$();'\\");

    /// <summary>The text with special characters written as <c>%xx</c>.</summary>
    public static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny(Special) < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = Special.Contains(c) ? escaped.Append('%').Append(((int)c).ToString("x2", CultureInfo.InvariantCulture)) : escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>The text with each <c>%xx</c> read back; a percent sign without two hexadecimal digits is one.</summary>
    public static string Unescape(string escaped)
    {
        if (!escaped.Contains('%', StringComparison.Ordinal))
        {
            return escaped;
        }

        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] == '%' && i + 2 < escaped.Length && byte.TryParse(escaped.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                text.Append((char)code);
                i += 2;
            }
            else
            {
                text.Append(escaped[i]);
            }
        }

        return text.ToString();
    }

    /// <summary>The parts of a list, still escaped.</summary>
    public static string[] Pieces(string escaped) => escaped.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The parts of a list. A semicolon that is written <c>%3B</c> separates nothing.</summary>
    public static IReadOnlyList<string> List(string escaped) => [.. Pieces(escaped).Select(Unescape)];
}
