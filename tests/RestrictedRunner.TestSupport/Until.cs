using System.Diagnostics;

namespace RestrictedRunner.TestSupport;

/// <summary>Looks until something is so that no event tells of, such as the end of somebody else's process.</summary>
internal static class Until
{
    /// <summary>Looks, and fails if it is not so in time.</summary>
    /// <param name="limit">Longest wait.</param>
    /// <param name="isSo">What is looked at.</param>
    public static Task IsSoAsync(TimeSpan limit, Func<bool> isSo) => IsSoAsync(limit, () => Task.FromResult(isSo()));

    /// <inheritdoc cref="IsSoAsync(TimeSpan, Func{bool})"/>
    public static async Task IsSoAsync(TimeSpan limit, Func<Task<bool>> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(await Pace.IsWithinAsync(limit, watch.Elapsed), $"not so after {watch.Elapsed}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until a server answers, which it does not tell of by itself. Fails if it ends or takes more than a minute.</summary>
    /// <param name="server">Its process.</param>
    /// <param name="log">Reads what it said, for the message when it has ended.</param>
    /// <param name="answers">Asks it something.</param>
    public static Task ServesAsync(Task server, Func<Task<string>> log, Func<Task<bool>> answers) => IsSoAsync(TimeSpan.FromMinutes(1), async () =>
    {
        if (server.IsCompleted)
        {
            Assert.Fail($"The server ended:\n{await log()}");
        }

        return await answers();
    });
}
