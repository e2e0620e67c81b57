namespace RestrictedRunner.Masking;

/// <summary>What in a text is read as what it stands for.</summary>
internal enum Escaping
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary><c>%41</c>. A <c>+</c> is left out, which stands for a space.</summary>
    OfUrls,

    /// <summary>
    /// <c>\u0041</c>, <c>\u{41}</c>, <c>\x41</c>, <c>\101</c> and their like of JSON, shells and programming languages. Quotes and backslashes
    /// are left out, which are added there.
    /// </summary>
    ByBackslash,

    /// <summary>The same, and what steers a terminal is left out: of a sequence without an end, the next letter is taken for it, so a text is read both ways.</summary>
    OnTerminal,

    /// <summary><c>&amp;amp;</c> and <c>&amp;#65;</c>.</summary>
    OfXml,
}
