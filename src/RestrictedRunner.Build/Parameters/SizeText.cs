using System.Globalization;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Parameters;

/// <summary>A size as Docker writes it: <c>512m</c>, <c>10g</c>.</summary>
internal static class SizeText
{
    /// <summary>What it has to be.</summary>
    public const string Form = "a size is a number with an optional unit, such as 512m or 10g";

    private const string Units = "kmgtp";

    /// <summary>A number of bytes for people.</summary>
    public static string Of(long bytes)
    {
        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1024 && unit < units.Length - 1; unit++)
        {
            size /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.#} {units[unit]}");
    }

    /// <summary>The number of bytes; null for a text that is no size, or one that no disk has.</summary>
    public static long? Read(string text)
    {
        if (!OptionForms.IsSize(text))
        {
            return null;
        }

        var number = text.TakeWhile(character => char.IsAsciiDigit(character) || character == '.').Count();
        var unit = text[number..].ToLowerInvariant() is [var first, ..] ? Units.IndexOf(first, StringComparison.Ordinal) + 1 : 0;
        var bytes = double.Parse(text[..number], CultureInfo.InvariantCulture) * Math.Pow(1024, unit);
        return bytes < long.MaxValue ? (long)bytes : null;
    }
}
