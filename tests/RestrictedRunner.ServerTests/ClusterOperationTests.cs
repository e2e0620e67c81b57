using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RestrictedRunner.Build.Cluster;
using Stage = RestrictedRunner.Build.RemoteExecution.ExecutionStage.Types.Value;

namespace RestrictedRunner.ServerTests;

/// <summary>What clusters do that buildbox-casd does not: they tell stages, are busy, break off, and forget.</summary>
public class ClusterOperationTests
{
    private static readonly ClusterPatience Impatient = new()
    {
        Silence = TimeSpan.FromMilliseconds(200),
        Pauses = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(20), 3)],
        Grace = TimeSpan.FromMilliseconds(300),
    };

    private readonly List<string> _told = [];

    [Fact]
    public async Task Stages_are_told_once_each()
    {
        var service = new Cluster { OnExecute = [News(Stage.CacheCheck), News(Stage.Queued), News(Stage.Queued), News(Stage.Executing), Done(new() { Result = new() { ExitCode = 3 } })] };

        var answer = await RunAsync(service);

        Assert.Equal((StatusCode.OK, 3), (answer.Code, answer.Response!.Result.ExitCode));
        Assert.Equal(["is queued on the cluster", "runs on the cluster"], _told);
    }

    // A stream may end for many reasons that are none of the action's.
    [Fact]
    public async Task A_stream_that_breaks_off_is_taken_up_again()
    {
        var service = new Cluster { OnExecute = [News(Stage.Executing)], OnWait = [News(Stage.Executing), Done(new())], Breaks = new(StatusCode.Unavailable, "gone") };

        var answer = await RunAsync(service);

        Assert.Equal(StatusCode.OK, answer.Code);
        Assert.Equal(["Execute", "WaitExecution"], service.Asked);
    }

    [Fact]
    public async Task A_cluster_that_has_forgotten_of_it_is_asked_anew()
    {
        var service = new Cluster { OnExecute = [News(Stage.Executing)], Breaks = new(StatusCode.Unavailable, "gone"), Forgets = true, OnExecuteAgain = [News(Stage.Queued), Done(new())] };

        var answer = await RunAsync(service);

        Assert.Equal(StatusCode.OK, answer.Code);
        Assert.Equal(["Execute", "WaitExecution", "Execute"], service.Asked);
    }

    // One that has forgotten is there, however long it was away.
    [Fact]
    public async Task One_that_comes_back_with_the_last_try_is_not_given_up()
    {
        var service = new Cluster { OnExecute = [News(Stage.Executing)], Breaks = new(StatusCode.Unavailable, "gone"), Forgets = true, OnExecuteAgain = [Done(new())] };

        await RunAsync(service, patience: Impatient with { Pauses = [TimeSpan.FromMilliseconds(20)] });

        Assert.Equal(["Execute", "WaitExecution", "Execute"], service.Asked);
    }

    // How long the first one ran is no matter of the second.
    [Fact]
    public async Task What_it_was_known_of_a_forgotten_one_is_forgotten_too()
    {
        var service = new Cluster { OnExecute = [News(Stage.Executing)], Breaks = new(StatusCode.Unavailable, "gone"), Forgets = true, OnExecuteAgain = [News(Stage.Executing), Done(new())] };

        await RunAsync(service);

        Assert.Equal(["runs on the cluster", "runs on the cluster"], _told);
    }

    [Fact]
    public async Task One_that_only_breaks_off_is_given_up()
    {
        var service = new Cluster { Breaks = new(StatusCode.Unavailable, "always busy") };

        var lost = await Assert.ThrowsAsync<ClusterUnavailableException>(() => RunAsync(service));

        Assert.Contains("always busy", lost.Message, StringComparison.Ordinal);
        Assert.Equal(4, service.Asked.Count);
    }

    // A stream without news is not dead.
    [Fact]
    public async Task Silence_is_asked_about()
    {
        var service = new Cluster { OnExecute = [News(Stage.Executing)], Hangs = true, OnGet = _ => Done(new() { Result = new() { ExitCode = 4 } }) };

        var answer = await RunAsync(service);

        Assert.Equal(4, answer.Response!.Result.ExitCode);
        Assert.Equal(["Execute", "GetOperation"], service.Asked.Distinct());
    }

    [Fact]
    public async Task Who_does_not_answer_twice_hangs()
    {
        var service = new Cluster { OnExecute = [News(Stage.Executing)], Hangs = true, OnGet = _ => throw new RpcException(new(StatusCode.DeadlineExceeded, "")) };

        var lost = await Assert.ThrowsAsync<ClusterUnavailableException>(() => RunAsync(service));

        Assert.Contains("did not answer in time", lost.Message, StringComparison.Ordinal);
        Assert.Equal(2, service.Asked.Count(call => call == "GetOperation"));
    }

    [Fact]
    public async Task What_does_not_end_in_its_time_is_cancelled()
    {
        var service = new Cluster { OnExecute = [News(Stage.Executing)], Hangs = true };

        await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(service, TimeSpan.FromMilliseconds(300)));

        Assert.Equal("CancelOperation", service.Asked[^1]);
    }

    // Whoever waits for a worker does not run.
    [Fact]
    public async Task Time_in_a_queue_is_none_of_the_steps()
    {
        var (silence, limit, asks) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3), 35);
        var service = new Cluster { OnExecute = [News(Stage.Queued)], Hangs = true, OnGet = asked => asked < asks ? News(Stage.Queued) : Done(new() { Result = new() { ExitCode = 4 } }) };

        var answer = await RunAsync(service, TimeSpan.FromMilliseconds(1), patience: Impatient with { Silence = silence, GraceUnseen = limit });

        Assert.Equal(4, answer.Response!.Result.ExitCode);
    }

    // It counts then as told by the stream.
    [Fact]
    public async Task A_stage_may_be_told_by_the_answer_to_a_question()
    {
        var service = new Cluster { OnExecute = [News(Stage.Queued)], Hangs = true, OnGet = asked => asked == 1 ? News(Stage.Executing) : Done(new()) };

        await RunAsync(service);

        Assert.Equal(["is queued on the cluster", "runs on the cluster"], _told);
    }

    [Fact]
    public async Task Who_cancels_cancels_there()
    {
        using var cancellation = new CancellationTokenSource();
        var service = new Cluster { OnExecute = [News(Stage.Executing)], Hangs = true };
        _ = service.IsHanging.Task.ContinueWith(_ => cancellation.CancelAsync(), TaskScheduler.Default);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(service, end: cancellation));

        Assert.Equal("CancelOperation", service.Asked[^1]);
    }

    [Fact]
    public async Task Missing_blobs_and_delays_are_read_from_either_answer()
    {
        var details = new RestrictedRunner.Build.RemoteExecution.Status { Code = (int)StatusCode.FailedPrecondition, Message = "missing" };
        details.Details.Add(Any.Pack(new PreconditionFailure { Violations = { new PreconditionFailure.Types.Violation { Type = "MISSING", Subject = "blobs/a/1" } } }));
        var busy = new RestrictedRunner.Build.RemoteExecution.Status { Code = (int)StatusCode.ResourceExhausted, Message = "busy" };
        busy.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)) }));

        var missing = await RunAsync(new Cluster { OnExecute = [Done(new() { Status = details })] });
        var later = await RunAsync(new Cluster { OnExecute = [Done(new() { Status = busy })] });

        Assert.True(missing.MayMissBlobs);
        Assert.Equal("FAILED_PRECONDITION: missing (MISSING blobs/a/1)", missing.Text);
        Assert.Equal((false, TimeSpan.FromSeconds(2)), (later.MayMissBlobs, later.RetryDelay));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(1, -1)]
    [InlineData(long.MaxValue, 0)]
    public void Delays_that_are_none_are_not_waited_for(long seconds, int nanos)
    {
        var status = new RestrictedRunner.Build.RemoteExecution.Status { Code = (int)StatusCode.ResourceExhausted, Message = "busy" };
        status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = new() { Seconds = seconds, Nanos = nanos } }));

        Assert.Null(new Answer(status, null).RetryDelay);
    }

    [Fact]
    public void Details_that_cannot_be_read_say_nothing()
    {
        var status = new RestrictedRunner.Build.RemoteExecution.Status { Code = (int)StatusCode.FailedPrecondition, Message = "missing" };
        foreach (var kind in new[] { RetryInfo.Descriptor, PreconditionFailure.Descriptor })
        {
            status.Details.Add(new Any { TypeUrl = $"type.googleapis.com/{kind.FullName}", Value = ByteString.CopyFromUtf8("nothing of the kind") });
        }

        var answer = new Answer(status, null);

        Assert.Null(answer.RetryDelay);
        Assert.Equal("FAILED_PRECONDITION: missing", answer.Text);
    }

    [Theory]
    [InlineData(StatusCode.OK, "OK: x")]
    [InlineData(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED: x")]
    [InlineData(StatusCode.NotFound, "NOT_FOUND: x")]
    [InlineData((StatusCode)99, "99: x")]
    public void Codes_are_written_as_the_protocol_has_them(StatusCode code, string text) =>
        Assert.Equal(text, new Answer(new() { Code = (int)code, Message = "x" }, null).Text);

    private static Operation News(Stage stage) => new() { Name = "operations/1", Metadata = Any.Pack(new ExecuteOperationMetadata { Stage = stage }) };

    private static Operation Done(ExecuteResponse response) => new() { Name = "operations/1", Done = true, Response = Any.Pack(response) };

    private async Task<Answer> RunAsync(Cluster service, TimeSpan? timeout = null, CancellationTokenSource? end = null, ClusterPatience? patience = null)
    {
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        return await new ClusterOperation(connected.Connection, patience ?? Impatient, new() { ActionDigest = Connected.Random(1).Digest }, timeout ?? TimeSpan.FromMinutes(1), _told.Add).RunAsync(end?.Token ?? TestContext.Current.CancellationToken);
    }

    private sealed class Cluster : FakeService
    {
        public IReadOnlyList<Operation> OnExecute { get; set; } = [];

        public IReadOnlyList<Operation> OnExecuteAgain { get; init; } = [];

        public IReadOnlyList<Operation> OnWait { get; init; } = [];

        public Func<int, Operation>? OnGet { get; init; }

        public Grpc.Core.Status? Breaks { get; init; }

        public bool Forgets { get; init; }

        public bool Hangs { get; init; }

        public List<string> Asked { get; } = [];

        public TaskCompletionSource IsHanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task ExecuteAsync(ExecuteRequest request, IServerStreamWriter<Operation> responses, ServerCallContext call)
        {
            Asked.Add("Execute");
            var isAgain = Asked.Count > 1 && OnExecuteAgain.Count > 0;
            await SendAsync(isAgain ? OnExecuteAgain : OnExecute, responses);
            if (Breaks is { } status && !isAgain)
            {
                throw new RpcException(status);
            }

            if (Hangs)
            {
                IsHanging.TrySetResult();
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
            }
        }

        public override async Task WaitExecutionAsync(WaitExecutionRequest request, IServerStreamWriter<Operation> responses, ServerCallContext call)
        {
            Asked.Add("WaitExecution");
            if (Forgets)
            {
                throw Ends(StatusCode.NotFound, "no such operation");
            }

            await SendAsync(OnWait, responses);
            if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
            }
        }

        public override Task<Operation> GetOperationAsync(GetOperationRequest request, ServerCallContext call)
        {
            Asked.Add("GetOperation");
            return OnGet is null ? throw Ends(StatusCode.Unimplemented, "") : Task.FromResult(OnGet(Asked.Count(what => what == "GetOperation")));
        }

        public override Task<Empty> CancelOperationAsync(CancelOperationRequest request, ServerCallContext call)
        {
            Asked.Add("CancelOperation");
            return Task.FromResult(new Empty());
        }

        private static async Task SendAsync(IReadOnlyList<Operation> news, IServerStreamWriter<Operation> responses)
        {
            foreach (var one in news)
            {
                await responses.WriteAsync(one);
            }
        }
    }
}
