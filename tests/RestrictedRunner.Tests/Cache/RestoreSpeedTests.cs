using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace RestrictedRunner.Tests;

/// <summary>Takes half a minute and 6 GB of the disk; run it with <c>-class "*RestoreSpeedTests" -explicit only -showLiveOutput</c>.</summary>
/// <remarks>Means something on an idle machine, and where <c>cp</c> has to copy: a file system that clones lets it read nothing at all.</remarks>
public class RestoreSpeedTests
{
    private const int Rounds = 5;

    [Theory(Explicit = true)]
    [InlineData(1_000, 500_000)]
    [InlineData(10_000, 2_000)]
    [InlineData(1, 500_000_000)]
    public async Task A_restore_takes_at_most_twice_the_time_of_a_plain_copy(int files, int bytes)
    {
        using var cache = new TemporaryCache();
        var original = Directory.CreateDirectory(cache.At("out")).FullName;
        for (var file = 0; file < files; file++)
        {
            await File.WriteAllBytesAsync(Path.Combine(original, file.ToString(CultureInfo.InvariantCulture)), RandomNumberGenerator.GetBytes(bytes), TestContext.Current.CancellationToken);
        }

        var store = Time(() => cache.MustStore("out"));
        var again = Time(() => cache.MustStore("out"));
        var nothing = Time(() => Assert.Empty(cache.MustRestore("out").Written));
        var moved = Path.Combine(cache.Folder.Path, "original");
        Directory.Move(original, moved);

        // Each round has a new place: ext4 is slow where files were deleted a moment ago.
        var copies = new List<TimeSpan>();
        var restores = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            var place = Directory.CreateDirectory(cache.At($"{round}")).FullName;
            await RunAsync("sync", "--file-system", place);
            var copy = Stopwatch.StartNew();
            await RunAsync("cp", "-r", moved, Path.Combine(place, "copy"));
            copies.Add(copy.Elapsed);
            await RunAsync("sync", "--file-system", place);
            restores.Add(Time(() => Assert.Equal(files, cache.Cache.Restore(TemporaryCache.Key, place, ["out"], CancellationToken.None).Result?.Written.Count)));
        }

        var ratio = Median(restores) / Median(copies);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{files} x {bytes} B: cp -r {Text(copies)}, restore {Text(restores)}, ratio {ratio:0.00}; store {store.TotalMilliseconds:0}, again {again.TotalMilliseconds:0}, restore of what is there {nothing.TotalMilliseconds:0} ms"));
        Assert.InRange(ratio, 0, 2);
    }

    private static TimeSpan Time(Action action)
    {
        var time = Stopwatch.StartNew();
        action();
        return time.Elapsed;
    }

    private static TimeSpan Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2);

    private static string Text(List<TimeSpan> times) =>
        string.Create(CultureInfo.InvariantCulture, $"{Median(times).TotalMilliseconds:0} ms ({times.Min().TotalMilliseconds:0} to {times.Max().TotalMilliseconds:0})");

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
