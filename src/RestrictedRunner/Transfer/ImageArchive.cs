namespace RestrictedRunner.Transfer;

/// <summary>The files of an image that the build makes for its own use.</summary>
/// <param name="Write">Writes them as a tar archive.</param>
/// <param name="Labels">Labels of the image, each <c>name=value</c>.</param>
/// <param name="Name">Tells the name of the image, once all is written: what it is named by may have changed since it was read.</param>
internal sealed record ImageArchive(Action<Stream> Write, IReadOnlyList<string> Labels, Func<string> Name)
{
    // Two blocks of zeros.
    private const int EndOfArchive = 1024;

    /// <summary>No files.</summary>
    /// <param name="name">Name of the image.</param>
    public static ImageArchive Empty(string name) => new(static stream => stream.Write(new byte[EndOfArchive]), [], () => name);
}
