namespace RestrictedRunner.TestSupport;

/// <summary>How a <see cref="CasServer"/> is started.</summary>
internal sealed record CasOptions
{
    /// <summary>True when it also runs actions, in the image that their property <c>container-image</c> names.</summary>
    public bool Executes { get; init; }

    /// <summary>How many actions it runs at once.</summary>
    public int Jobs { get; init; } = 2;

    /// <summary>The most that it keeps, such as <c>30M</c>. What it was given first goes when there is more.</summary>
    public string Quota { get; init; } = "2G";

    /// <summary>More words for buildbox-casd.</summary>
    public IReadOnlyList<string> MoreArguments { get; init; } = [];
}
