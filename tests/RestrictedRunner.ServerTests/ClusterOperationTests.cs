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
        var service = new Cluster { OnExecute = [News(Stage.Executing)], Hangs = true, OnGet = Done(new() { Result = new() { ExitCode = 4 } }) };

        var answer = await RunAsync(service);

        Assert.Equal(4, answer.Response!.Result.ExitCode);
        Assert.Equal(["Execute", "GetOperation"], service.Asked.Distinct());
    }

    [Fact]
    public async Task What_does_not_end_in_its_time_is_cancelled()
    {
        var service = new Cluster { OnExecute = [News(Stage.Executing)], Hangs = true };

        await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(service, TimeSpan.FromMilliseconds(300)));

        Assert.Equal("CancelOperation", service.Asked[^1]);
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

    private static Operation News(Stage stage) => new() { Name = "operations/1", Metadata = Any.Pack(new ExecuteOperationMetadata { Stage = stage }) };

    private static Operation Done(ExecuteResponse response) => new() { Name = "operations/1", Done = true, Response = Any.Pack(response) };

    private async Task<Answer> RunAsync(Cluster service, TimeSpan? timeout = null, CancellationTokenSource? end = null)
    {
        await using var host = await FakeHost.StartAsync(service);
        using var connected = new Connected(host.Url);
        return await new ClusterOperation(connected.Connection, Impatient, new() { ActionDigest = Connected.Random(1).Digest }, timeout ?? TimeSpan.FromMinutes(1), _told.Add).RunAsync(end?.Token ?? TestContext.Current.CancellationToken);
    }

    private sealed class Cluster : FakeService
    {
        public IReadOnlyList<Operation> OnExecute { get; set; } = [];

        public IReadOnlyList<Operation> OnExecuteAgain { get; init; } = [];

        public IReadOnlyList<Operation> OnWait { get; init; } = [];

        public Operation? OnGet { get; init; }

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
        }

        public override Task<Operation> GetOperationAsync(GetOperationRequest request, ServerCallContext call)
        {
            Asked.Add("GetOperation");
            return OnGet is null ? throw Ends(StatusCode.Unimplemented, "") : Task.FromResult(OnGet);
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
