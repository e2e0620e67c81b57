using System.Formats.Tar;

namespace RestrictedRunner.Transfer;

/// <summary>A file of an archive that says something by having no content.</summary>
internal static class EmptyFile
{
    /// <summary>True when the only file of an archive is empty.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static async Task<bool> IsEmptyAsync(Stream stream, CancellationToken cancellation)
    {
        var reader = new TarReader(stream, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            return (await reader.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) ?? throw new InvalidDataException("The engine has sent an empty archive.")).Length == 0;
        }
    }
}
