namespace RestrictedRunner;

/// <summary>
/// A value that a step may read and nobody else: where it comes from. The container finds it in
/// the file <c>/run/secrets/NAME</c>. One of <see cref="Environment"/> and <see cref="File"/> is given.
/// </summary>
/// <param name="Name">Letters, digits, <c>_</c>, <c>-</c> and <c>.</c>; the file's name.</param>
public sealed record Secret(string Name)
{
    /// <summary>Name of the environment variable of this process that has the value.</summary>
    public string Environment { get; init; } = "";

    /// <summary>Absolute path of the file that has the value.</summary>
    public string File { get; init; } = "";

    /// <summary>Name of a shell variable that the script gets with the value, exported; empty for none. Line ends at the value's end are left out.</summary>
    public string As { get; init; } = "";

    /// <summary>The value, where it was read already: what is masked and what arrives are the same then, also if the source changes meanwhile.</summary>
    internal byte[]? Value { get; init; }

    /// <summary>True for one that the step can do without: when there is no value, there is no file.</summary>
    public bool Optional { get; init; }
}
