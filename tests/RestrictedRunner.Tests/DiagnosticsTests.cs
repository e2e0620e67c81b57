using Microsoft.Build.Utilities;
using RestrictedRunner.Build;
using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Failures;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Tests;

public class DiagnosticsTests
{
    private const string AtLimit =
        "The system gives the build no more open files, threads or memory, so the step could not run. Raise the limit (ulimit -n, ulimit -u), or let fewer steps run at once (DockerExecMaxParallel, -m).";

    private readonly List<string> _heard;
    private readonly Diagnostics _diagnostics;

    // With the advice of Linux, whatever runs the tests.
    public DiagnosticsTests() => _diagnostics = For(HostKind.Linux, out _heard);

    [Fact]
    public void RRB5021_says_whether_others_are_stored()
    {
        _diagnostics.SharedCacheTakesNot("http://cache", new(ServerFailure.TooLarge, "it takes no blob of that size (413 Said)"), onlyThis: true);
        _diagnostics.SharedCacheTakesNot("http://cache", new(ServerFailure.Full, "it has no room (507 Said)"), onlyThis: false);

        Assert.Equal(
            [
                "A new result is not stored in the shared cache 'http://cache': it takes no blob of that size (413 Said). Others are stored; that more of them are left out is not said again. Give the server a larger limit, or the step smaller outputs.",
                "New results are not stored in the shared cache 'http://cache' in the rest of this build: it has no room (507 Said). Give it more room, or a larger limit for what it takes.",
            ],
            _heard.Select(heard => heard.Split('|')[^1]));
    }

    public static TheoryData<Exception> Limits =>
    [
        new IOException("Too many open files : '/proc/net/unix'"),
        new IOException("Resource temporarily unavailable"),
        new TypeInitializationException("System.Net.Sockets.SocketAsyncEngine", new InsufficientMemoryException()),
        new AggregateException(new IOException("Too many open files")),
    ];

    [Theory]
    [MemberData(nameof(Limits), DisableDiscoveryEnumeration = true)]
    public void RRB3018_when_the_system_gives_no_more(Exception exception)
    {
        _diagnostics.OwnFault(exception);

        AssertError("RRB3018", AtLimit);
        _heard.Clear();
        _diagnostics.StepFilesUnusable(new("A", new("", () => 0)), exception);
        AssertError("RRB3018", AtLimit);
    }

    [Fact]
    public void RRB3018_when_no_client_can_be_started_for_it()
    {
        _diagnostics.NotRun(new(RunnerFailure.CouldNotStart, "/usr/bin/docker: Too many open files"), new(), KeptOutput.None);

        AssertError("RRB3018", AtLimit);
    }

    [Fact]
    public void RRB3018_names_no_limit_where_a_user_sets_none()
    {
        For(HostKind.Windows, out var heard).OwnFault(new IOException("Too many open files"));

        Assert.EndsWith("could not run. Let fewer steps run at once (DockerExecMaxParallel, -m).", Assert.Single(heard), StringComparison.Ordinal);
    }

    [Fact]
    public void RRB9001_for_anything_else()
    {
        _diagnostics.OwnFault(new InvalidOperationException("x"));

        AssertError("RRB9001", "A fault in RestrictedRunner.Build itself: InvalidOperationException: x Please report it; the details are in the log at low importance.");
    }

    [Theory]
    [InlineData("docker: Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: {HERE}.", "{HERE}", "")]
    [InlineData("Error: statfs {HERE}: no such file or directory", "{HERE}", "")]
    [InlineData("docker: Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: {TMP}rr-x/script.sh.", "{TMP}rr-x/script.sh", " It belongs to the step's script: set TMPDIR to a folder that the engine sees, or use Arguments, which need no script.")]
    public void RRB2013_names_what_the_engine_does_not_see(string report, string path, string ours)
    {
        (report, path) = (InTmp(report), InTmp(path));

        _diagnostics.NotRun(new(RunnerFailure.MountUnseen, report), new(), KeptOutput.None);

        AssertError("RRB2013", $"'{path}' exists here, and the engine does not see it. The engine runs on another machine, outside the container that the build runs in, or in Docker Desktop, which sees shared folders only. Use an engine that runs here, share that folder with it, or let the build run where the engine has the same files at the same paths. Transfer=\"copy\" copies the files instead.{ours}{Environment.NewLine}{report}");

        // That of .NET is nowhere among temporary files, as this repository may be.
        static string InTmp(string text) =>
            text.Replace("{TMP}", Path.GetTempPath(), StringComparison.Ordinal).Replace("{HERE}", Path.GetDirectoryName(typeof(object).Assembly.Location), StringComparison.Ordinal);
    }

    [Fact]
    public void RRB1025_shows_the_bytes_of_a_name()
    {
        var step = new DeclaredStep("A", new("", () => 0));

        _diagnostics.InputNameNotUtf8(step, ["src/caf\udce9.txt"]);
        AssertError("RRB1025", "Step 'A': the name of the input 'src/caf\\xe9.txt' is not UTF-8, in which the step's key and its results are written. Rename it ('convmv -f latin1 -t utf8' does), or leave it out: what begins with '!' in Inputs takes files away, and '?' in it stands for such a byte.");
        _heard.Clear();
        _diagnostics.OutputNameNotUtf8(step, ["out/\udce9", "out/\udce8"]);
        AssertError("RRB1025", "Step 'A': the name of the output 'out/\\xe9' (and of 1 more) is not UTF-8, in which the step's key and its results are written. Let the command give it another name, or write it where no output is. What the step wrote is removed.");
    }

    [Fact]
    public void RRB2002_speaks_of_podman_where_it_is_podman()
    {
        _diagnostics.NotRun(new(RunnerFailure.DaemonNotRunning, "Cannot connect to Podman. Please verify your connection"), new(), KeptOutput.None);

        AssertError("RRB2002", $"podman's service is not running, or cannot be reached. Start it, or correct the client's settings (CONTAINER_HOST, CONTAINER_CONNECTION, 'podman system connection'), and build again.{Environment.NewLine}Cannot connect to Podman. Please verify your connection");
    }

    // Of docker's client on podman's socket.
    [Fact]
    public void RRB3005_says_who_tells_the_reason()
    {
        _diagnostics.NotRun(new(RunnerFailure.CouldNotStart, "unable to upgrade to tcp, received 500"), new() { Image = "i" }, KeptOutput.None);

        AssertError(
            "RRB3005",
            $"The container of image 'i' could not be started. Podman does not tell docker's client why; Engine=\"podman\" shows it:{Environment.NewLine}unable to upgrade to tcp, received 500");
    }

    [Fact]
    public void RRB3005_says_what_to_do_with_words_that_are_too_long()
    {
        _diagnostics.NotRun(new(RunnerFailure.CouldNotStart, "docker: Argument list too long"), new() { Image = "i" }, KeptOutput.None);

        AssertError(
            "RRB3005",
            $"The container of image 'i' could not be started. A word of Arguments or a value of EnvironmentVariables is longer than the system takes (128 KiB, all together 2 MiB): put it into a file, or into Command:{Environment.NewLine}docker: Argument list too long");
    }

    [Fact]
    public void Every_error_of_a_declared_step_names_it_once()
    {
        var diagnostics = new Diagnostics(new TaskLoggingHelper(new HeardEvents(out var heard), nameof(DockerExec)), Here.Host) { Step = "A" };

        diagnostics.StepCancelled("i");
        diagnostics.Problem(new(OptionProblemKind.ValueInvalid, "Memory", "much", "it is a size"));
        diagnostics.SlowFormat("(a+)+");
        diagnostics.OutputAbsent(new("A", new("", () => 0)), "a.txt", "/project", ["b/a.txt", "A.cs", "c", "d", "e"]);
        diagnostics.NoOrder(new("A", new("", () => 0)), new(GraphProblemKind.Cycle, "A -> B -> A", ""));

        Assert.Equal(
            [
                "Step 'A': the step in image 'i' was cancelled; no container of it is left.",
                "Step 'A': Memory 'much': it is a size.",
                "Step 'A': ErrorFormats '(a+)+' took longer than a second for one line, and is not used for the rest of the step. Repeats inside repeats, such as (a+)+, do that; write them in another way.",
                "Step 'A' succeeded but did not write its output 'a.txt'. While it ran, 'b/a.txt', 'A.cs', 'c' and 2 more were written instead. Correct Outputs, or the command: it starts in the project's folder, which is /project in the container.",
                "The steps wait for each other: A -> B -> A. Remove one of these dependences, in DependsOn or in Inputs and Outputs.",
            ],
            heard.Select(text => text.Split('|')[^1]));
    }

    [Theory]
    [InlineData(RunnerFailure.ClientNotFound)]
    [InlineData(RunnerFailure.DaemonNotRunning)]
    [InlineData(RunnerFailure.PermissionDenied)]
    public void Without_an_engine_the_error_of_a_declared_step_tells_how_to_build_all_the_same(RunnerFailure failure)
    {
        const string wayOut = " With DockerExecEnabled=false the build runs no steps and uses what they wrote before.";
        var declared = new Diagnostics(new TaskLoggingHelper(new HeardEvents(out var heard), nameof(DockerExec)), Here.Host) { Step = "A" };

        declared.NotRun(new(failure, "words"), new(), KeptOutput.None);
        _diagnostics.NotRun(new(failure, "words"), new(), KeptOutput.None);

        Assert.Contains(wayOut, Assert.Single(heard), StringComparison.Ordinal);
        Assert.DoesNotContain(wayOut, Assert.Single(_heard), StringComparison.Ordinal);
    }

    [Fact]
    public void RRB2051_and_RRB2052_say_what_to_do()
    {
        ClusterUnavailableException Lost(ServerFailure failure) => new("it is so.", new ClusterUnavailableException("", new ServerException(failure, "")));
        foreach (var failure in new[] { ServerFailure.Unreachable, ServerFailure.Unauthorized, ServerFailure.Forbidden, ServerFailure.Certificate })
        {
            var lost = Lost(failure);
            _diagnostics.ClusterUnusable("grpc://c:1", lost.Failure, lost.Message);
        }

        _diagnostics.ClusterLost("grpc://c:1", new ClusterUnavailableException("it is so.").Failure, "it is so.");

        Assert.Equal(
            [
                "The cluster 'grpc://c:1' cannot be used, so the steps of this build run here: it is so. Check DockerExecRemote. Until it can be used, build with an empty DockerExecRemote.",
                "The cluster 'grpc://c:1' cannot be used, so the steps of this build run here: it is so. Put user and password in ~/.netrc, or let DockerExecCacheHeader name an environment variable that holds a header ('Authorization: Bearer TOKEN'). Until it can be used, build with an empty DockerExecRemote.",
                "The cluster 'grpc://c:1' cannot be used, so the steps of this build run here: it is so. Use credentials that may run actions. Until it can be used, build with an empty DockerExecRemote.",
                "The cluster 'grpc://c:1' cannot be used, so the steps of this build run here: it is so. DockerExecCacheCaBundle names a file with the authorities to trust, DockerExecCacheCertificate one with a certificate of yours and its key. Until it can be used, build with an empty DockerExecRemote.",
                "The cluster 'grpc://c:1' cannot be used: it is so. Check DockerExecRemote. Or let the steps run here then: DockerExecRemoteFallback=true.",
            ],
            _heard.Select(text => text.Split('|')[^1]));
    }

    [Theory]
    [InlineData(nameof(ClusterRefusal.NotRun), "INTERNAL: \"link.txt\" is not a file or directory", "An output is a symbolic link, which this cluster does not give back: let the command copy what it leads to (cp -L), or make a folder the output that the link is in.")]
    [InlineData(nameof(ClusterRefusal.NotRun), "INTERNAL: the registry says 404", "Its workers do not get the image: push it to a registry that they reach, and see that they need no password for it, or have one.")]
    [InlineData(nameof(ClusterRefusal.NotRun), "FAILED_PRECONDITION: no such pool", "Check that it has workers with the image and the properties that DockerExecRemoteProperties names.")]
    [InlineData(nameof(ClusterRefusal.InputChanged), "'registry.c' changed while it was sent", "Build again, and let nothing write to the step's inputs meanwhile.")]
    [InlineData(nameof(ClusterRefusal.BlobRefused), "it answered INVALID_ARGUMENT: registry", "Its log says why it does not take or give this file of the step.")]
    [InlineData(nameof(ClusterRefusal.Full), "it has no room: registry", "Give it more room, or a larger limit for what it takes, or let the step read less.")]
    [InlineData(nameof(ClusterRefusal.OutputsGone), "blob registry", "What the step wrote there was gone each time before it could be brought here: give the cluster more room.")]
    [InlineData(nameof(ClusterRefusal.ResultInvalid), "\"../registry\" leads out", "It names outputs that no step can have written, and nothing of them is in the project. Whoever runs the cluster should find out who wrote its result.")]
    public void RRB2053_says_what_to_do_about_what_the_cluster_could_not_do(string refusal, string said, string advice)
    {
        _diagnostics.ClusterRefused("grpc://c:1", Enum.Parse<ClusterRefusal>(refusal), said);

        AssertError("RRB2053", $"The cluster 'grpc://c:1' could not run the step. {advice}{Environment.NewLine}{said}");
    }

    [Theory]
    [InlineData(false, 60000, "its Timeout of 60000 ms in image 'i' and was stopped; its container is removed. Raise")]
    [InlineData(true, 60000, "its Timeout of 60000 ms on the cluster, in image 'i', and was stopped there. Raise")]
    [InlineData(true, -1, "the limit of one hour for steps on a cluster, in image 'i', and was stopped there. Set")]
    public void RRB3006_names_the_limit_of_where_the_step_ran(bool isOnCluster, int timeout, string text)
    {
        var diagnostics = new Diagnostics(new TaskLoggingHelper(new HeardEvents(out var heard), nameof(DockerExec)), Here.Host) { IsOnCluster = isOnCluster };

        diagnostics.TimedOut(new() { Image = "i", Timeout = TimeSpan.FromMilliseconds(timeout) }, KeptOutput.None);

        Assert.Contains($"The step ran longer than {text} Timeout, or find out what the command waits for.", Assert.Single(heard), StringComparison.Ordinal);
    }

    private static Diagnostics For(HostKind host, out List<string> heard) =>
        new(new TaskLoggingHelper(new HeardEvents(out heard), nameof(DockerExec)), Here.Host with { Kind = host });

    private void AssertError(string code, string text) => Assert.Equal(HeardEvents.Described("Error", "", code, "", 0, 0, 0, 0, text), Assert.Single(_heard));
}
