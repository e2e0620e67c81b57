using System.Text.RegularExpressions;

namespace RestrictedRunner.Build.Building;

/// <summary>An image's identity as it is written for people.</summary>
internal static partial class ShortImage
{
    /// <summary>With digests as short as <c>docker images</c> has them.</summary>
    public static string Of(string image) => Digest().Replace(image, "");

    [GeneratedRegex("(?<=sha256:[0-9a-f]{12})[0-9a-f]{52}", RegexOptions.ExplicitCapture)]
    private static partial Regex Digest();
}
