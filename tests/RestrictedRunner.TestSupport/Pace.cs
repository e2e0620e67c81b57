using System.Diagnostics;

namespace RestrictedRunner.TestSupport;

/// <summary>
/// Limits of time, which hold where a plain <c>docker run</c> takes no longer than usual. Where it takes longer now,
/// because the machine is slow or has other work, a limit is longer by as much.
/// </summary>
internal static class Pace
{
    // Twice of what it takes where the limits come from.
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(0.7);

    /// <summary>Fails when something took longer than its limit.</summary>
    public static async Task AssertWithinAsync(TimeSpan limit, TimeSpan taken) =>
        Assert.True(await IsWithinAsync(limit, taken), $"took {taken}, and {limit} is allowed");

    /// <summary>False when something took longer than its limit.</summary>
    public static async Task<bool> IsWithinAsync(TimeSpan limit, TimeSpan taken) => taken <= limit || taken <= limit * await FactorAsync();

    // Asked for only by what took long, a moment ago: whatever kept the machine busy then does so still.
    private static async Task<double> FactorAsync()
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            await Client.OutputAsync(Engines.Docker, "run", "--rm", "--pull", "never", TestImages.Busybox, "true");
            times.Add(watch.Elapsed);
        }

        return Math.Max(1, times.Order().ElementAt(1) / Usual);
    }
}
