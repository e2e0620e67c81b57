using Microsoft.Build.Utilities;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class DiagnosticsTests
{
    private const string AtLimit =
        "The system gives the build no more open files, threads or memory, so the step could not run. Raise the limit (ulimit -n, ulimit -u), or let fewer steps run at once (DockerExecMaxParallel, -m).";

    private readonly List<string> _heard;
    private readonly Diagnostics _diagnostics;

    public DiagnosticsTests() => _diagnostics = new(new TaskLoggingHelper(new HeardEvents(out _heard), nameof(DockerExec)));

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
    public void RRB9001_for_anything_else()
    {
        _diagnostics.OwnFault(new InvalidOperationException("x"));

        AssertError("RRB9001", "A fault in RestrictedRunner.Build itself: InvalidOperationException: x Please report it; the details are in the log at low importance.");
    }

    [Fact]
    public void RRB2002_speaks_of_podman_where_it_is_podman()
    {
        _diagnostics.NotRun(new(RunnerFailure.DaemonNotRunning, "Cannot connect to Podman. Please verify your connection"), new(), KeptOutput.None);

        AssertError("RRB2002", $"podman's service is not running, or cannot be reached. Start it, or correct the client's settings (CONTAINER_HOST, CONTAINER_CONNECTION, 'podman system connection'), and build again.{Environment.NewLine}Cannot connect to Podman. Please verify your connection");
    }

    [Fact]
    public void RRB3005_says_what_to_do_with_words_that_are_too_long()
    {
        _diagnostics.NotRun(new(RunnerFailure.CouldNotStart, "docker: Argument list too long"), new() { Image = "i" }, KeptOutput.None);

        AssertError(
            "RRB3005",
            $"The container of image 'i' could not be started. A word of Arguments or a value of EnvironmentVariables is longer than the system takes (128 KiB, all together 2 MiB): put it into a file, or into Command:{Environment.NewLine}docker: Argument list too long");
    }

    private void AssertError(string code, string text) => Assert.Equal(HeardEvents.Described("Error", "", code, "", 0, 0, 0, 0, text), Assert.Single(_heard));
}
