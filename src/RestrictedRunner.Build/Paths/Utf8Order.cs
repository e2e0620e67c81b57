namespace RestrictedRunner.Build.Paths;

/// <summary>
/// The order of the UTF-8 bytes of texts, which is that of their code points and the one that the Remote Execution API
/// sorts by. The ordinal order of .NET, that of UTF-16, has U+1F600 before U+FF5E.
/// </summary>
internal static class Utf8Order
{
    public static Comparer<string> Comparer { get; } = Comparer<string>.Create(Compare);

    private static int Compare(string x, string y)
    {
        var same = x.AsSpan().CommonPrefixLength(y);
        if (same == x.Length || same == y.Length)
        {
            return x.Length - y.Length;
        }

        // Surrogates are parts of code points that are greater than all others.
        var (a, b) = (x[same], y[same]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a - b : char.IsSurrogate(a) ? 1 : -1;
    }
}
