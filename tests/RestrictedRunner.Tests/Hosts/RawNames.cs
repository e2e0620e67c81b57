using System.Globalization;
using System.Text.RegularExpressions;

namespace RestrictedRunner.Tests;

/// <summary>Names that are no UTF-8, for tests' attributes: the compiler writes texts there as UTF-8.</summary>
internal static partial class RawNames
{
    /// <summary>The <see cref="RawName"/> that is shown so.</summary>
    public static string Of(string shown) => Shown().Replace(shown, match => $"{(char)(0xdc00 + int.Parse(match.Groups["byte"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture))}");

    [GeneratedRegex(@"\\x(?<byte>[0-9a-f]{2})")]
    private static partial Regex Shown();
}
