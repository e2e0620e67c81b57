using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Failures;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.SharedCache;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;
using Directory = System.IO.Directory;

namespace RestrictedRunner.ServerTests;

/// <summary>What becomes of a step on a cluster that answers as buildbox-casd does not.</summary>
public sealed class ClusterRunnerTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _told = [];
    private readonly List<string> _lines = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_it_wrote_and_printed_comes_by_digest_or_with_the_answer()
    {
        var service = new Cluster();
        var content = service.Store("made\n"u8);
        service.Answers.Enqueue(_ => Result(new() { ExitCode = 0, StdoutRaw = Google.Protobuf.ByteString.CopyFromUtf8("one\n"), StderrDigest = service.Store("two\n"u8), OutputFiles = { new OutputFile { Path = "out.txt", Digest = content } } }));

        var result = await RunAsync(service);

        Assert.Equal((0, "made\n"), (result.ExitCode, File.ReadAllText(_folder["project/out.txt"])));
        Assert.Equal(["StandardOutput one", "StandardError two"], _lines);
        Assert.False(service.Requests.Single().SkipCacheLookup);
    }

    // A red step runs anew.
    [Fact]
    public async Task A_failure_from_its_cache_is_not_believed()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ => new() { CachedResult = true, Result = new() { ExitCode = 7 } });
        service.Answers.Enqueue(_ => new() { Result = new() { ExitCode = 5 } });

        Assert.Equal(5, (await RunAsync(service)).ExitCode);
        Assert.Equal([false, true], service.Requests.Select(request => request.SkipCacheLookup));
    }

    [Theory]
    [InlineData(StatusCode.FailedPrecondition)]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.Internal)]
    public async Task Blobs_that_it_has_lost_are_sent_again_once(StatusCode code)
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ =>
        {
            service.Blobs.Clear();
            return Status(code);
        });
        service.Answers.Enqueue(request => service.Blobs.ContainsKey(request.ActionDigest.Hash) ? new() { Result = new() { ExitCode = 4 } } : Status(code));

        Assert.Equal(4, (await RunAsync(service)).ExitCode);

        var deaf = new Cluster();
        deaf.Answers.Enqueue(_ => Status(code));
        deaf.Answers.Enqueue(_ => Status(code));
        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => RunAsync(deaf));
        Assert.EndsWith(": no reason", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ClusterRefusal.NotRun, refused.Refusal);
        Assert.Equal(2, deaf.Requests.Count);
    }

    [Fact]
    public async Task One_that_is_busy_is_asked_again_when_it_says()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ =>
        {
            var busy = Status(StatusCode.ResourceExhausted);
            busy.Status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(50)) }));
            return busy;
        });
        service.Answers.Enqueue(_ => new() { Result = new() { ExitCode = 4 } });

        Assert.Equal(4, (await RunAsync(service)).ExitCode);
        Assert.Contains(_told, what => what.StartsWith("waits, because the cluster is busy (RESOURCE_EXHAUSTED: no reason)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Outputs_that_are_gone_are_made_again()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ => Result(new() { OutputFiles = { new OutputFile { Path = "out.txt", Digest = Connected.Random(10).Digest } } }));
        service.Answers.Enqueue(_ => Result(new() { OutputFiles = { new OutputFile { Path = "out.txt", Digest = service.Store("again\n"u8) } } }));

        await RunAsync(service);

        Assert.Equal("again\n", await File.ReadAllTextAsync(_folder["project/out.txt"], TestContext.Current.CancellationToken));
        Assert.True(service.Requests[1].SkipCacheLookup);
    }

    [Fact]
    public async Task Outputs_that_are_always_gone_are_made_again_twice()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ => Result(new() { OutputFiles = { new OutputFile { Path = "out.txt", Digest = Connected.Random(10).Digest } } }));

        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => RunAsync(service));

        Assert.Equal((ClusterRefusal.OutputsGone, 3), (refused.Refusal, service.Requests.Count));
    }

    // A cluster that cannot do otherwise is believed in the end.
    [Fact]
    public async Task A_failure_is_asked_for_anew_once()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ => new() { CachedResult = true, Result = new() { ExitCode = 7 } });

        Assert.Equal(7, (await RunAsync(service)).ExitCode);
        Assert.Equal([false, true], service.Requests.Select(request => request.SkipCacheLookup));
    }

    // Lines may hold errors, which would fail the next run too.
    [Fact]
    public async Task Nothing_is_told_of_a_run_whose_output_is_gone()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ => Result(new() { StdoutDigest = service.Store("first\n"u8), StderrDigest = Connected.Random(10).Digest }));
        service.Answers.Enqueue(_ => Result(new() { StdoutDigest = service.Store("second\n"u8), StderrDigest = service.Store("errors\n"u8) }));

        await RunAsync(service);

        Assert.Equal(["StandardOutput second", "StandardError errors"], _lines);
    }

    [Fact]
    public async Task Nor_of_one_after_which_the_cluster_is_lost()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ => Result(new() { StdoutDigest = service.Store("first\n"u8), StderrDigest = service.Lost.Digest }));

        await Assert.ThrowsAsync<ClusterUnavailableException>(() => RunAsync(service));

        Assert.Equal([], _lines);
    }

    [Theory]
    [InlineData("tree", 10_000_000_000, null)]
    [InlineData("tree", -5, null)]
    [InlineData("tree", 5, "../up")]
    [InlineData("file", -5, null)]
    [InlineData("file", 5, "")]
    [InlineData("stdout", -5, null)]
    [InlineData("stderr", -5, null)]
    [InlineData("stderr", 5, "no hash")]
    public async Task Digests_that_no_blob_can_have_are_refused(string where, long size, string? hash)
    {
        var digest = new Digest { Hash = hash ?? Connected.Random(10).Digest.Hash, SizeBytes = size };
        var result = new ActionResult();
        switch (where)
        {
            case "tree": result.OutputDirectories.Add(new OutputDirectory { Path = "out.txt", TreeDigest = digest }); break;
            case "file": result.OutputFiles.Add(new OutputFile { Path = "out.txt", Digest = digest }); break;
            case "stdout": result.StdoutDigest = digest; break;
            default: result.StderrDigest = digest; break;
        }

        var service = new Cluster();
        service.Answers.Enqueue(_ => Result(result));

        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => RunAsync(service));

        Assert.Equal(ClusterRefusal.ResultInvalid, refused.Refusal);
        Assert.DoesNotContain(service.Calls, static call => call is "Read" or "BatchReadBlobs");
    }

    [Fact]
    public async Task An_answer_without_a_result_is_none()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ => new());

        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => RunAsync(service));

        Assert.Equal("it says that the step has ended, and gives no result", refused.Message);
    }

    [Fact]
    public async Task A_time_to_come_again_that_has_passed_is_none()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ =>
        {
            var busy = Status(StatusCode.ResourceExhausted);
            busy.Status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(-1)) }));
            return busy;
        });

        Assert.Equal(ClusterRefusal.NotRun, (await Assert.ThrowsAsync<ClusterRefusedException>(() => RunAsync(service))).Refusal);
    }

    [Theory]
    [InlineData(100, "GetCapabilities BatchUpdateBlobs Execute BatchReadBlobs")]
    [InlineData(20_000, "GetCapabilities FindMissingBlobs BatchUpdateBlobs Execute BatchReadBlobs")]
    public async Task A_step_is_as_few_calls_as_can_be(int size, string calls)
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ => Result(new() { StdoutDigest = service.Store("printed\n"u8), OutputFiles = { new OutputFile { Path = "out.txt", Digest = service.Store("made\n"u8) } } }));

        await RunAsync(service, step => step with { Files = [new("in.txt", Connected.Random(size))] });

        Assert.Equal(calls, string.Join(' ', service.Calls));
    }

    // Its digest is in the step's key, and nothing else is to be sent under it.
    [Theory]
    [InlineData("new content")]
    [InlineData("new")]
    [InlineData(null)]
    public async Task An_input_that_changes_meanwhile_is_named(string? now)
    {
        var before = Connected.Of("content"u8.ToArray());
        var file = _folder["in.txt"];
        if (now is not null)
        {
            await File.WriteAllTextAsync(file, now, TestContext.Current.CancellationToken);
        }

        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => RunAsync(new Cluster(), step => step with
        {
            Files = [new("same.txt", Connected.Random(5)), new("in.txt", before with { Open = () => File.OpenRead(file) })],
        }));

        Assert.Equal((ClusterRefusal.InputChanged, "'in.txt' changed while it was sent"), (refused.Refusal, refused.Message));
    }

    [Fact]
    public async Task What_it_does_not_take_is_refused_with_its_words()
    {
        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => RunAsync(new Cluster { IsStrict = true }, step => step with { Files = [new("in.txt", Connected.Random(5))] }));

        Assert.Equal(ClusterRefusal.BlobRefused, refused.Refusal);
        Assert.Contains("it has another digest", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_without_room_says_so()
    {
        var service = new Cluster { IsFull = true };

        Assert.Equal(ClusterRefusal.Full, (await Assert.ThrowsAsync<ClusterRefusedException>(() => RunAsync(service))).Refusal);
    }

    // That is no matter of the cluster: other steps may read less.
    [Fact]
    public async Task Nor_is_one_given_up_that_takes_no_file_of_that_size()
    {
        var service = new Cluster { Capabilities = new() { CacheCapabilities = new() { MaxCasBlobSizeBytes = 2000 }, ExecutionCapabilities = new() { ExecEnabled = true } } };

        var refused = await Assert.ThrowsAsync<ClusterRefusedException>(() => RunAsync(service, step => step with { Files = [new("large.bin", Connected.Random(2001))] }));

        Assert.Equal(ClusterRefusal.Full, refused.Refusal);
    }

    // A dead cluster costs all steps no more than it costs one.
    [Theory]
    [InlineData("GetCapabilities")]
    [InlineData("FindMissingBlobs")]
    [InlineData("Execute")]
    public async Task Who_waits_for_a_cluster_ends_with_the_first_who_gives_it_up(string call)
    {
        var service = new Cluster { HangsAt = call };
        var large = new ClusterInput("large", Connected.Random(20_000));
        await using var host = await FakeHost.StartAsync(service);
        using var connection = new ClusterConnection(Setting(host), "build", told: null, Host.OfThisMachine);

        await Task.WhenAll([GiveUpAsync(), .. Enumerable.Range(1, 5).Select(EndAsync)]).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        async Task GiveUpAsync()
        {
            await service.IsHanging.Task;
            connection.GiveUp(new("it is dead"));
        }

        async Task EndAsync(int i)
        {
            var lost = await Assert.ThrowsAsync<ClusterUnavailableException>(() => RunAsync(connection, Setting(host), step => step with { Files = [large], EmptyFolder = Directory.CreateDirectory(_folder[$"empty{i}"]).FullName }));
            Assert.Equal("it is dead", lost.Message);
        }
    }

    // Nothing of it is in the project.
    [Fact]
    public async Task One_that_sends_something_else_is_given_up()
    {
        var service = new Cluster();
        var digest = service.Store("right\n"u8);
        service.Blobs[digest.Hash] = Google.Protobuf.ByteString.CopyFromUtf8("wrong\n");
        service.Answers.Enqueue(_ => Result(new() { OutputFiles = { new OutputFile { Path = "out.txt", Digest = digest } } }));

        var lost = await Assert.ThrowsAsync<ClusterUnavailableException>(() => RunAsync(service));

        Assert.Contains("it sent something else than the blob", lost.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["project/out.txt"]));
    }

    [Theory]
    [InlineData("../../evil")]
    [InlineData("/etc/evil")]
    public async Task Nor_is_what_leads_out_of_it(string path)
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ => Result(new() { OutputFiles = { new OutputFile { Path = path, Digest = service.Store("x"u8) } } }));

        if (path.StartsWith('/'))
        {
            await Assert.ThrowsAsync<ClusterRefusedException>(() => RunAsync(service));
        }
        else
        {
            await RunAsync(service);
        }

        Assert.Equal([], Directory.EnumerateFiles(_folder.Path, "*evil*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_cache_alone_runs_nothing()
    {
        var lost = await Assert.ThrowsAsync<ClusterUnavailableException>(() => RunAsync(new Cluster { Capabilities = new() { CacheCapabilities = new() } }));

        Assert.StartsWith("it runs no actions: it is a cache only", lost.Message, StringComparison.Ordinal);
    }

    // As casd and others answer to the name of an instance that they do not have.
    [Theory]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.NotFound)]
    public async Task Nor_does_one_that_knows_nothing_of_the_instance(StatusCode code)
    {
        var lost = await Assert.ThrowsAsync<ClusterUnavailableException>(() => RunAsync(new Cluster { HasNoInstance = code }));

        Assert.Contains("no such instance", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_that_is_over_is_the_steps_own_error_with_what_it_printed()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ =>
        {
            var late = Status(StatusCode.DeadlineExceeded);
            late.Result = new() { ExitCode = 137, StdoutRaw = Google.Protobuf.ByteString.CopyFromUtf8("so far\n") };
            return late;
        });

        await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(service));

        Assert.Equal(["StandardOutput so far"], _lines);
    }

    [Fact]
    public async Task Also_when_that_is_gone()
    {
        var service = new Cluster();
        service.Answers.Enqueue(_ =>
        {
            var late = Status(StatusCode.DeadlineExceeded);
            late.Result = new() { ExitCode = 137, StdoutDigest = Connected.Random(10).Digest };
            return late;
        });

        await Assert.ThrowsAsync<TimeoutException>(() => RunAsync(service));
    }

    private static ExecuteResponse Result(ActionResult result) => new() { Result = result };

    private static ExecuteResponse Status(StatusCode code) => new() { Status = new() { Code = (int)code, Message = "no reason" } };

    private async Task<RunResult> RunAsync(Cluster service, Func<ClusterStep, ClusterStep>? change = null)
    {
        await using var host = await FakeHost.StartAsync(service);
        using var connection = new ClusterConnection(Setting(host), "build", told: null, Host.OfThisMachine);
        return await RunAsync(connection, Setting(host), change);
    }

    // One that breaks off is given up at once.
    private ClusterSetting Setting(FakeHost host) => new(
        SharedCacheSetting.Read(new(host.Address, "", "", "", "", IsContinuousIntegration: false), _folder.Path, Host.OfThisMachine, static (fault, text) => Assert.Fail($"{fault} {text}"))!,
        ClusterProperties.None)
    {
        Patience = new() { Pauses = [] },
    };

    private Task<RunResult> RunAsync(ClusterConnection connection, ClusterSetting setting, Func<ClusterStep, ClusterStep>? change)
    {
        Directory.CreateDirectory(_folder["project"]);
        Directory.CreateDirectory(_folder["empty"]);
        var step = new ClusterStep(new("example.com/tool@sha256:00"), [], "", DeclaredOutputs.Of(Host.OfThisMachine.Paths, _folder["project"], ["out.txt"]))
        {
            Files = [],
            Store = new(new CacheFolder(_folder["cache"])),
            EmptyFolder = _folder["empty"],
            Tell = _told.Add,
        };
        return new ClusterRunner(new(connection, setting, static _ => { }), change?.Invoke(step) ?? step).RunAsync(
            new() { Image = "tool", Command = "echo x > out.txt" },
            new() { Output = line => _lines.Add($"{line.Stream} {line.Text}") },
            TestContext.Current.CancellationToken);
    }

    private sealed class Cluster : FakeService
    {
        public Cluster() => Capabilities = new() { CacheCapabilities = new(), ExecutionCapabilities = new() { ExecEnabled = true } };

        /// <summary>The last one stays.</summary>
        public Queue<Func<ExecuteRequest, ExecuteResponse>> Answers { get; } = [];

        public List<ExecuteRequest> Requests { get; } = [];

        /// <summary>The blob that it breaks off at.</summary>
        public Blob Lost { get; } = Connected.Random(20);

        public bool IsFull { get; init; }

        /// <summary>True takes no blob.</summary>
        public bool IsStrict { get; init; }

        public StatusCode HasNoInstance { get; init; }

        /// <summary>The call that it does not answer.</summary>
        public string HangsAt { get; init; } = "";

        public TaskCompletionSource IsHanging { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task<ServerCapabilities> GetCapabilitiesAsync(GetCapabilitiesRequest request, ServerCallContext call)
        {
            await HangAsync("GetCapabilities", call);
            if (HasNoInstance != StatusCode.OK)
            {
                throw Ends(HasNoInstance, "no such instance");
            }

            return await base.GetCapabilitiesAsync(request, call);
        }

        public override async Task<FindMissingBlobsResponse> FindMissingBlobsAsync(FindMissingBlobsRequest request, ServerCallContext call)
        {
            await HangAsync("FindMissingBlobs", call);
            return await base.FindMissingBlobsAsync(request, call);
        }

        // As a real one, it looks at what it is given.
        public override Task<BatchUpdateBlobsResponse> BatchUpdateBlobsAsync(BatchUpdateBlobsRequest request, ServerCallContext call)
        {
            if (IsFull)
            {
                throw Ends(StatusCode.ResourceExhausted, "no room");
            }

            return request.Requests.FirstOrDefault(blob => IsStrict || !Digests.Of(blob.Data.Span).Equals(blob.Digest)) is { } wrong
                ? Task.FromResult(new BatchUpdateBlobsResponse { Responses = { new BatchUpdateBlobsResponse.Types.Response { Digest = wrong.Digest, Status = new() { Code = (int)StatusCode.InvalidArgument, Message = "it has another digest" } } } })
                : base.BatchUpdateBlobsAsync(request, call);
        }

        public override Task<BatchReadBlobsResponse> BatchReadBlobsAsync(BatchReadBlobsRequest request, ServerCallContext call) =>
            request.Digests.Contains(Lost.Digest) ? throw Ends(StatusCode.Unavailable, "dead") : base.BatchReadBlobsAsync(request, call);

        public override async Task ExecuteAsync(ExecuteRequest request, IServerStreamWriter<Operation> responses, ServerCallContext call)
        {
            Note(call);
            await HangAsync("Execute", call);
            Requests.Add(request);
            await responses.WriteAsync(new() { Name = "operations/1", Done = true, Response = Any.Pack((Answers.Count > 1 ? Answers.Dequeue() : Answers.Peek())(request)) });
        }

        private async Task HangAsync(string method, ServerCallContext call)
        {
            if (HangsAt == method)
            {
                IsHanging.TrySetResult();
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
            }
        }
    }
}
