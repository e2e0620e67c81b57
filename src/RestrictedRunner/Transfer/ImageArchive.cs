namespace RestrictedRunner.Transfer;

/// <summary>The files of an image that the build makes for its own use.</summary>
/// <param name="Write">Writes them as a tar archive.</param>
/// <param name="Labels">Labels of the image, each <c>name=value</c>.</param>
/// <param name="WhyNotWhole">Tells, once all is written, why that is not what the image's name says; null when it is.</param>
internal sealed record ImageArchive(Action<Stream> Write, IReadOnlyList<string> Labels, Func<RunnerException?> WhyNotWhole)
{
    // Two blocks of zeros.
    private const int EndOfArchive = 1024;

    /// <summary>No files.</summary>
    public static ImageArchive Empty { get; } = new(static stream => stream.Write(new byte[EndOfArchive]), [], static () => null);
}
