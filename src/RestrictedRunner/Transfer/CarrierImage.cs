namespace RestrictedRunner.Transfer;

/// <summary>The image of a <see cref="Carrier"/>: new volumes begin with its files.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Platform">Its platform where that is not the engine's own, such as <c>linux/arm64</c>; empty for that.</param>
/// <param name="Archive">What it is made from where the engine does not have it; null for one that is not ours to make.</param>
internal sealed record CarrierImage(string Name, string Platform = "", ImageArchive? Archive = null)
{
    /// <summary>One without files. Its name is of no registry, so that nobody's is ever pulled.</summary>
    public static CarrierImage Empty { get; } = new(EmptyName, Archive: ImageArchive.Empty(EmptyName));

    private const string EmptyName = "localhost/restricted-runner/empty:1";
}
