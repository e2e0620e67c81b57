using System.Globalization;
using System.Text;
using CsCheck;

namespace RestrictedRunner.EngineTests;

/// <summary>Texts that break what is not careful: every valid text without NUL may come up.</summary>
internal static class AnyText
{
    private static readonly Gen<string> Trap = Gen.OneOf(
        " ", "  ", "\t", "\n", "\r", "\r\n", "'", "\"", "''", "\"\"", "\\", "\\\\", "\\n", "\\\n", "`", "`id`", "$", "$$", "$HOME", "${X}", "$(id)", "$((1+1))",
        ";", ";;", "&", "&&", "|", "||", "<", ">", "<<END", "(", ")", "{", "}", "[", "]", "*", "?", "~", "!", "#", "^", "%", "%%", "%PATH%", "%3B", "@", "@file",
        "=", ",", ":", ":ro", "src=/", ",readonly", "-", "--", "-v", "--privileged", ".", "..", "+", "\u0001", "\u001b[31m", "\u007f", "\u0085", "\u00a0",
        "é", "e\u0301", "ß", "日本", "\u200d", "\u2028", "\ufeff", "\uffff", "😀", "👩‍👩‍👧", "\U0010ffff");

    private static readonly Gen<string> Ascii = Gen.Char[' ', '~'].Select(character => character.ToString(CultureInfo.InvariantCulture));

    // Without U+FFFD: whatever is broken on its way back is read as that.
    private static readonly Gen<string> Character = Gen.OneOf(Gen.Int[1, 0x2FF], Gen.Int[0x300, 0xD7FF], Gen.Int[0xE000, 0xFFFC], Gen.Int[0x10000, 0x10FFFF])
        .Select(value => new Rune(value).ToString());

    /// <summary>Any text without NUL and with whole surrogate pairs.</summary>
    public static Gen<string> Text { get; } = Gen.OneOf(Trap, Trap, Ascii, Character).Array[0, 12].Select(string.Concat);

    /// <summary>Any text of one line.</summary>
    public static Gen<string> Line { get; } = Text.Select(text => text.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal));

    /// <summary>Any name that a file may have, but for a carriage return, which the clients do not read before a line feed.</summary>
    public static Gen<string> FileName { get; } = Text.Select(text => text.Replace('/', '_').Replace("\r", "", StringComparison.Ordinal)).Where(name => name is not ("" or "." or ".."));
}
