using System.Diagnostics;

namespace RestrictedRunner.EngineTests;

/// <summary>Looks until something is so that no event tells of, such as the end of somebody else's process.</summary>
internal static class Until
{
    /// <summary>Looks, and fails if it is not so in time.</summary>
    /// <param name="limit">Longest wait.</param>
    /// <param name="isSo">What is looked at.</param>
    public static async Task IsSoAsync(TimeSpan limit, Func<bool> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            Assert.True(await Pace.IsWithinAsync(limit, watch.Elapsed), $"not so after {watch.Elapsed}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
