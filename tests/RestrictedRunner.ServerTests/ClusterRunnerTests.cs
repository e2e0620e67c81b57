using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Cluster;
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

    private static ExecuteResponse Result(ActionResult result) => new() { Result = result };

    private static ExecuteResponse Status(StatusCode code) => new() { Status = new() { Code = (int)code, Message = "no reason" } };

    private async Task<RunResult> RunAsync(Cluster service)
    {
        await using var host = await FakeHost.StartAsync(service);
        var server = SharedCacheSetting.Read(new(host.Address, "", "", "", "", IsContinuousIntegration: false), _folder.Path, Host.OfThisMachine, static (fault, text) => Assert.Fail($"{fault} {text}"))!;
        var setting = new ClusterSetting(server, ClusterProperties.None);
        using var connection = new ClusterConnection(setting, "build", told: null, Host.OfThisMachine);
        Directory.CreateDirectory(_folder["project"]);
        Directory.CreateDirectory(_folder["empty"]);
        var step = new ClusterStep(new("example.com/tool@sha256:00"), [], "", DeclaredOutputs.Of(Host.OfThisMachine.Paths, _folder["project"], ["out.txt"]))
        {
            Contents = [],
            Store = new(new CacheFolder(_folder["cache"])),
            EmptyFolder = _folder["empty"],
            Tell = _told.Add,
        };
        return await new ClusterRunner(new(connection, setting), step).RunAsync(
            new() { Image = "tool", Command = "echo x > out.txt" },
            new() { Output = line => _lines.Add($"{line.Stream} {line.Text}") },
            TestContext.Current.CancellationToken);
    }

    private sealed class Cluster : FakeService
    {
        public Cluster() => Capabilities = new() { CacheCapabilities = new(), ExecutionCapabilities = new() { ExecEnabled = true } };

        public Queue<Func<ExecuteRequest, ExecuteResponse>> Answers { get; } = [];

        public List<ExecuteRequest> Requests { get; } = [];

        public override Task ExecuteAsync(ExecuteRequest request, IServerStreamWriter<Operation> responses, ServerCallContext call)
        {
            Requests.Add(request);
            return responses.WriteAsync(new() { Name = "operations/1", Done = true, Response = Any.Pack(Answers.Dequeue()(request)) });
        }
    }
}
