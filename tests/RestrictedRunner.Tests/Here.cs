namespace RestrictedRunner.Tests;

/// <summary>The machine that the tests run on.</summary>
internal static class Here
{
    /// <summary>Of the machine.</summary>
    public static Host Host => Host.OfThisMachine;

    /// <summary>The form of its paths.</summary>
    public static HostPaths Paths => Host.Paths;

    /// <summary>The process that the tests run in.</summary>
    public static Owner Owner => Host.Owner;
}
