using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>
/// Tells a server that needs its time to keep what it was sent from one that is dead. As long as bytes travel, it is there. When none
/// do, it is asked something: who answers may go on, and who does not costs a build no more at its end than before.
/// </summary>
/// <param name="shared">The server.</param>
internal sealed class ServerWatch(SharedServer shared)
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan BeforeQuestion = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    // Whether the server has it or not is all the same.
    private static readonly Digest Something = Digests.Of([0]);

    private long _answers;

    /// <summary>Waits for uploads. Each of them has limits of its own.</summary>
    /// <param name="uploads">The uploads.</param>
    /// <returns>False when the server is not there any more; true when the uploads have ended.</returns>
    public async Task<bool> IsThereUntilAsync(Task uploads)
    {
        using var end = new CancellationTokenSource();
        List<Task> questions = [];
        var (seen, answered, silence, isAsked) = (shared.Traffic, 0L, TimeSpan.Zero, false);
        var isThere = true;
        while (isThere && await Task.WhenAny(uploads, Task.Delay(BetweenLooks, CancellationToken.None)).ConfigureAwait(false) != uploads)
        {
            var (traffic, answers) = (shared.Traffic, Interlocked.Read(ref _answers));
            if (traffic - seen >= WaitBudget.Sign || answers != answered)
            {
                (seen, answered, silence, isAsked) = (traffic, answers, TimeSpan.Zero, false);
                continue;
            }

            silence += BetweenLooks;
            if (silence >= BeforeQuestion && !isAsked)
            {
                isAsked = true;
                questions.Add(AskAsync(end.Token));
            }

            isThere = silence < LongestSilence;
        }

        await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(questions).ConfigureAwait(false);
        return isThere;
    }

    // Any answer is one, also that it does not want to be asked that.
    private async Task AskAsync(CancellationToken cancellation)
    {
        try
        {
            await shared.Connected().FindMissingAsync([Something], cancellation).ConfigureAwait(false);
            Interlocked.Increment(ref _answers);
        }
        catch (ServerException e) when (e.Failure is not (ServerFailure.Unreachable or ServerFailure.TimedOut))
        {
            Interlocked.Increment(ref _answers);
        }
        catch (Exception e) when (e is ServerException or OperationCanceledException)
        {
        }
    }
}
