using System.Globalization;
using System.Security.Cryptography;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Numbered steps; whoever makes the outputs of one makes the same.</summary>
internal static class Steps
{
    private const int Count = 10;
    private const int FilesOfEach = 5;

    public static void Make(int number, string project)
    {
        var folder = Directory.CreateDirectory(Path.Combine(project, "out")).FullName;
        for (var file = 0; file < FilesOfEach; file++)
        {
            File.WriteAllText(Path.Combine(folder, $"{file}"), Content(number, file));
        }
    }

    public static StoreOutcome Store(int number, ResultCache cache, string project) => cache.Store(Key(number), new(project, ["out"]), CancellationToken.None);

    /// <returns>False for a miss. A hit that is not all right fails.</returns>
    public static bool Restore(int number, ResultCache cache, string project)
    {
        var outcome = cache.Restore(Key(number), new(project, ["out"]), CancellationToken.None);
        Assert.Null(outcome.Problem);
        if (outcome.Result is null)
        {
            return false;
        }

        Assert.Equal(FilesOfEach, Directory.EnumerateFileSystemEntries(Path.Combine(project, "out")).Count());
        for (var file = 0; file < FilesOfEach; file++)
        {
            Assert.Equal(Content(number, file), File.ReadAllText(Path.Combine(project, "out", $"{file}")));
        }

        return true;
    }

    /// <summary>Stores and restores steps in an order of its own.</summary>
    /// <returns>Number of hits.</returns>
    public static int StoreAndRestore(ResultCache cache, int rounds)
    {
        using var step = new TemporaryCache();
        var hits = 0;
        for (var round = 0; round < rounds; round++)
        {
            var stored = RandomNumberGenerator.GetInt32(Count);
            Make(stored, step.Project);
            Assert.Null(Store(stored, cache, step.Project).Problem);
            hits += Restore(RandomNumberGenerator.GetInt32(Count), cache, step.Project) ? 1 : 0;
        }

        return hits;
    }

    public static string Key(int number) => TemporaryCache.KeyOf(number.ToString(CultureInfo.InvariantCulture));

    // The first file of each step is the same; the others take several writes.
    private static string Content(int number, int file) =>
        string.Concat(Enumerable.Repeat(file == 0 ? "all" : $"{number % Count}-{file}\n", file == 0 ? 1 : 40_000));
}
