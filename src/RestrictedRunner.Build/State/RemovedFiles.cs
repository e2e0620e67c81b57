using System.Globalization;
using System.Text;
using RestrictedRunner.Build.Hosts;

namespace RestrictedRunner.Build.State;

/// <summary>
/// What builds of a project removed lately among the outputs of its steps. A build that read the project before, and so has
/// these files in its items, may come to use them only after that: one of several frameworks, or in another process.
/// </summary>
internal static class RemovedFiles
{
    // No build takes so long.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Adds paths, from the project's folder, to what the file remembers.</summary>
    /// <exception cref="OperationCanceledException">It waited in vain for another build that does the same.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task AddAsync(string file, IEnumerable<string> paths, CancellationToken cancellation)
    {
        using var stream = await FileLock.OpenAsync(file, cancellation).ConfigureAwait(false);
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        var now = DateTime.UtcNow;
        var removed = Parse(await reader.ReadToEndAsync(cancellation).ConfigureAwait(false)).Where(entry => now - entry.Time < Longest).Concat(paths.Select(path => (Time: now, Path: path)));
        stream.SetLength(0);
        stream.Write(Encoding.UTF8.GetBytes(string.Concat(removed.Select(entry => $"{entry.Time.Ticks} {Uri.EscapeDataString(entry.Path)}\n"))));
    }

    /// <summary>The paths of what was removed at a time or later.</summary>
    public static async Task<IReadOnlyList<string>> SinceAsync(string file, DateTime time, CancellationToken cancellation)
    {
        if (!File.Exists(file))
        {
            return [];
        }

        using var stream = await FileLock.OpenAsync(file, cancellation).ConfigureAwait(false);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return [.. Parse(await reader.ReadToEndAsync(cancellation).ConfigureAwait(false)).Where(entry => entry.Time >= time).Select(entry => entry.Path).Distinct()];
    }

    // Half a line is left by a build that was killed.
    private static IEnumerable<(DateTime Time, string Path)> Parse(string text) =>
        text.Split('\n').Select(line => line.Split(' '))
            .Where(words => words.Length == 2 && long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(words => (new DateTime(long.Parse(words[0], CultureInfo.InvariantCulture), DateTimeKind.Utc), Uri.UnescapeDataString(words[1])));
}
