using System.Diagnostics;

namespace RestrictedRunner.EngineTests;

/// <summary>A command that was stopped because its time was over.</summary>
internal static class TimedOut
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Runs a command that says when it has begun, and never ends. How much time it needs to begin is the machine's
    /// affair: when it was too little, it gets more.
    /// </summary>
    /// <returns>What was seen, the time that it had, and how long it took.</returns>
    public static async Task<(Watched Seen, TimeSpan Timeout, TimeSpan Elapsed)> RunAsync(StepOptions options)
    {
        for (var timeout = TimeSpan.FromSeconds(2); ; timeout *= 2)
        {
            var watched = new Watched();
            var watch = Stopwatch.StartNew();
            await Assert.ThrowsAsync<TimeoutException>(() => (options with { Timeout = timeout }).RunAsync(watched.Observer));
            if (watched.Lines.Count > 0 || timeout > Longest)
            {
                return (watched, timeout, watch.Elapsed);
            }
        }
    }
}
