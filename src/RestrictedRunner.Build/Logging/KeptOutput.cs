namespace RestrictedRunner.Build.Logging;

/// <summary>What is left of a failed step's output.</summary>
/// <param name="LastLines">Its last lines, those of standard error first; none when it printed nothing.</param>
/// <param name="File">Path of the file with all of it; empty when it printed nothing.</param>
/// <param name="WhyNoFile">Why the file could not be written, or empty.</param>
/// <param name="ErrorCauses">What made errors of its lines before it failed.</param>
internal sealed record KeptOutput(IReadOnlyList<string> LastLines, string File, string WhyNoFile, ErrorCauses ErrorCauses)
{
    /// <summary>Of a step that printed nothing.</summary>
    public static readonly KeptOutput None = new([], "", "", ErrorCauses.None);

    /// <summary>Those of the last lines, as an error has them, that tell more than the errors and warnings that were made of others.</summary>
    public string Untold { get; init; } = "";

    /// <summary>The step's mounts with the host paths that people know.</summary>
    public IReadOnlyList<Mount> DisplayMounts { get; init; } = [];

    /// <summary>The end of an error: the last lines, and where all of them are.</summary>
    public string Told =>
        LastLines.Count == 0 ? " It printed nothing."
        : Untold.Length == 0 ? ToldFile
        : $"{Environment.NewLine}{Untold.Replace("\n", Environment.NewLine, StringComparison.Ordinal)}{Environment.NewLine}{ToldFile.TrimStart()}";

    /// <summary>The end of an error: where all of the output is.</summary>
    public string ToldFile =>
        File.Length == 0 ? ""
        : WhyNoFile.Length == 0 ? $" The whole output is in {File}."
        : $" The whole output could not be written to {File}: {WhyNoFile}";
}
