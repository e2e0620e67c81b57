using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;
using ExecutionService = RestrictedRunner.Build.RemoteExecution.Execution;

namespace RestrictedRunner.Build.Cluster;

/// <summary>
/// One action on its way through a cluster, from the question to the answer: news may stop to come and come again by
/// another call, and the cluster may forget of it and be asked anew.
/// </summary>
/// <param name="connection">The cluster.</param>
/// <param name="patience">How long it is waited for.</param>
/// <param name="request">What is to be executed.</param>
/// <param name="timeout">The action's own limit of time.</param>
/// <param name="tell">Is told what the cluster does with it, where that says so.</param>
internal sealed class ClusterOperation(GrpcConnection connection, ClusterPatience patience, ExecuteRequest request, TimeSpan timeout, Action<string> tell)
{
    private const int MostUnanswered = 2;

    private readonly ExecutionService.ExecutionClient _execution = new(connection.Calls);
    private readonly Operations.OperationsClient _operations = new(connection.Calls);

    // Since when it is in its stage or, where the cluster tells none, since when it is there.
    private long _start = Stopwatch.GetTimestamp();
    private ExecutionStage.Types.Value _stage;
    private string _name = "";
    private int _failures;
    private int _unanswered;

    /// <summary>Executes the action, and waits for the answer.</summary>
    /// <exception cref="ClusterUnavailableException">The cluster does not answer any more.</exception>
    /// <exception cref="TimeoutException">The cluster has not ended it in its time; it is cancelled.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, there too.</exception>
    public async Task<Answer> RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                if (await FollowAsync(cancellation).ConfigureAwait(false) is { } answer)
                {
                    return answer;
                }

                cancellation.ThrowIfCancellationRequested();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            await CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Null when the news have ended before the answer.
    private async Task<Answer?> FollowAsync(CancellationToken cancellation)
    {
        // What is cancelled here has to be heard of first, so that it can be cancelled there: the call ends when it is disposed of.
        var options = connection.Options(patience.Stream, CancellationToken.None, request.ActionDigest.Hash);
        using var call = _name.Length == 0 ? _execution.Execute(request, options) : _execution.WaitExecution(new() { Name = _name }, options);
        try
        {
            while (await NextAsync(call.ResponseStream, cancellation).ConfigureAwait(false) is { } news)
            {
                Note(news);
                if (news.Done)
                {
                    return Answer.Of(news);
                }
            }

            await PauseAsync("it ends the news of an action before the action has ended", cancellation).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested();
            return await JudgeAsync(e, cancellation).ConfigureAwait(false);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ClusterUnavailableException($"what it answers is not of the Remote Execution API: {e.Message}", e);
        }

        return null;
    }

    // Null when the stream has ended.
    private async Task<Operation?> NextAsync(IAsyncStreamReader<Operation> stream, CancellationToken cancellation)
    {
        var next = stream.MoveNext(CancellationToken.None);
        while (await Task.WhenAny(next, Task.Delay(Shorter(patience.Silence, Left), cancellation)).ConfigureAwait(false) != next)
        {
            if (cancellation.IsCancellationRequested)
            {
                await LearnNameAsync(next, stream).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
            }

            if (Left <= TimeSpan.Zero)
            {
                Forget(next);
                throw new TimeoutException();
            }

            if (await AskAsync(cancellation).ConfigureAwait(false) is { } news)
            {
                Forget(next);
                return news;
            }
        }

        return await next.ConfigureAwait(false) ? stream.Current : null;
    }

    // The first news tell it, and are on their way when an action is cancelled as soon as it is sent.
    private async Task LearnNameAsync(Task<bool> next, IAsyncStreamReader<Operation> stream)
    {
        if (_name.Length == 0)
        {
            await Task.WhenAny(next, Task.Delay(patience.Cancellation, CancellationToken.None)).ConfigureAwait(false);
        }

        if (next.IsCompletedSuccessfully && await next.ConfigureAwait(false))
        {
            _name = stream.Current.Name;
        }

        Forget(next);
    }

    // Null when it has not ended. Not every server has the call.
    private async Task<Operation?> AskAsync(CancellationToken cancellation)
    {
        if (_name.Length == 0)
        {
            return null;
        }

        try
        {
            var news = await _operations.GetOperationAsync(new() { Name = _name }, connection.Options(connection.Access.AnswerLimit, cancellation)).ConfigureAwait(false);
            if (news.Done)
            {
                return news;
            }

            // A stage that it tells here may be one that the stream has not told.
            Note(news);
            return null;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.DeadlineExceeded && ++_unanswered == MostUnanswered)
        {
            // It takes connections, and hangs. One that is gone for a while refuses them.
            throw new ClusterUnavailableException(connection.Failure(e).Message, e);
        }
    }

    // Null to go on: with the news of the same action or, where the cluster has forgotten of it, with the action from its begin.
    private async Task<Answer?> JudgeAsync(RpcException end, CancellationToken cancellation)
    {
        var (failure, wasKnown) = (connection.Failure(end), _name.Length > 0);
        switch (failure.Failure)
        {
            case ServerFailure.TimedOut when wasKnown:
            // The end of a stream that was as long as one may be, or of a question to a cluster that hangs.
            case ServerFailure.Unreachable:
                await PauseAsync(failure.Message, cancellation, Answer.Of(end).RetryDelay).ConfigureAwait(false);
                return null;
            case ServerFailure.Unauthorized or ServerFailure.Forbidden or ServerFailure.Certificate or ServerFailure.WrongProtocol when !(wasKnown && end.StatusCode == StatusCode.Unimplemented):
                throw new ClusterUnavailableException(failure.Message, failure);
            case ServerFailure.TimedOut:
                throw new ClusterUnavailableException(failure.Message, failure);
            default:
                if (!wasKnown)
                {
                    return Answer.Of(end);
                }

                (_name, _stage, _start) = ("", ExecutionStage.Types.Value.Unknown, Stopwatch.GetTimestamp());

                // One that knows nothing of it is there again.
                _failures = failure.Failure == ServerFailure.BlobMissing ? 0 : _failures;
                await PauseAsync(failure.Message, cancellation).ConfigureAwait(false);
                return null;
        }
    }

    private async Task PauseAsync(string why, CancellationToken cancellation, TimeSpan? atLeast = null)
    {
        if (_failures >= patience.Pauses.Count)
        {
            throw new ClusterUnavailableException(why);
        }

        var pause = patience.Pauses[_failures++];
        await Task.Delay(atLeast is { } delay && delay > pause ? Shorter(delay, patience.LongestDelay) : pause, cancellation).ConfigureAwait(false);
    }

    private void Note(Operation news)
    {
        (_name, _failures, _unanswered) = (news.Name.Length > 0 ? news.Name : _name, 0, 0);
        if (news.Metadata?.Is(ExecuteOperationMetadata.Descriptor) != true || news.Metadata.Unpack<ExecuteOperationMetadata>().Stage is var stage && stage == _stage)
        {
            return;
        }

        (_stage, _start) = (stage, Stopwatch.GetTimestamp());
        if (stage is ExecutionStage.Types.Value.Executing or ExecutionStage.Types.Value.Queued)
        {
            tell(stage == ExecutionStage.Types.Value.Queued ? "is queued on the cluster" : "runs on the cluster");
        }
    }

    // Whoever waits for a worker has all its time yet.
    private TimeSpan Left => _stage switch
    {
        ExecutionStage.Types.Value.CacheCheck or ExecutionStage.Types.Value.Queued => TimeSpan.MaxValue,
        ExecutionStage.Types.Value.Executing => timeout + patience.Grace - Stopwatch.GetElapsedTime(_start),
        _ => timeout + patience.GraceUnseen - Stopwatch.GetElapsedTime(_start),
    };

    // With a time of its own: what ends the step has ended its own calls.
    private async Task CancelAsync()
    {
        if (_name.Length == 0)
        {
            return;
        }

        try
        {
            await _operations.CancelOperationAsync(new() { Name = _name }, connection.Options(patience.Cancellation, CancellationToken.None)).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // The action ends when its time is over.
        }
    }

    // The call is disposed of, which nobody waits for.
    private static void Forget(Task task) => _ = task.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? (one > TimeSpan.Zero ? one : TimeSpan.Zero) : (other > TimeSpan.Zero ? other : TimeSpan.Zero);
}
