namespace RestrictedRunner.EngineTests;

/// <summary>Images that are built from Dockerfiles, by each builder that this machine has.</summary>
public sealed class ImageBuildTests : IDisposable
{
    private readonly TempFolder _context = new();
    private readonly string _name = $"restricted-runner/{Guid.NewGuid():N}:test";

    /// <summary>The client that the engine's own package brings may be older than the one on the path, with a builder of its own.</summary>
    public static TheoryData<string> Clients => [.. Engines.All.Concat(new[] { "/usr/bin/docker" }.Where(client => !Engines.AreNamed && File.Exists(client)))];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task It_gets_its_name_and_label_when_it_is_whole(string client)
    {
        _context.Write("text", $"{Guid.NewGuid()}");
        var watched = new Watched();

        Assert.Null(await BuildAsync(client, watched, "FROM busybox:latest AS wanted\nARG V\nCOPY text /\nRUN echo \"$V\" >/v\nFROM wanted\nRUN false\n", TestContext.Current.CancellationToken));

        try
        {
            Assert.Equal($"{_name} [3;$x 'y']", await Client.OutputAsync(client, "image", "inspect", "--format", "{{index .Config.Labels \"restricted-runner.image\"}}", _name) + $" [{await Client.OutputAsync(client, "run", "--rm", "--network", "none", _name, "cat", "/v")}]");
            Assert.Contains(watched.Progress, line => line.Contains("COPY text /", StringComparison.Ordinal));
            Assert.Contains($"--tag {_name}", string.Join(' ', Assert.Single(watched.CommandLines)), StringComparison.Ordinal);

            // What is somebody else's stays, whatever it is called.
            var options = new StepOptions { Engine = client };
            Assert.False(await EngineImages.RemoveBuiltAsync(TestImages.Busybox, options, Host.OfThisMachine, TestContext.Current.CancellationToken));
            Assert.True(await EngineImages.RemoveBuiltAsync(_name, options, Host.OfThisMachine, TestContext.Current.CancellationToken));
            Assert.True(await EngineImages.RemoveBuiltAsync(_name, options, Host.OfThisMachine, TestContext.Current.CancellationToken));
        }
        finally
        {
            await Client.CallAsync(client, "image", "rm", _name);
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task What_fails_has_its_line_and_its_last_lines(string client)
    {
        var failure = await BuildAsync(client, new(), "FROM busybox:latest AS a\nRUN echo in a >/a\n\nFROM busybox:latest\nCOPY --from=a /a /a\n# a comment\nRUN echo one && \\\n  echo two && echo three >&2 && exit 5\n", TestContext.Current.CancellationToken);

        Assert.Equal(7, failure!.Line);
        Assert.Contains('5', failure.Reason);
        Assert.Equal(["one", "three", "two"], failure.LastLines.Order(StringComparer.Ordinal));
        Assert.NotEqual(0, (await Client.CallAsync(client, "image", "inspect", _name)).ExitCode);

        failure = await BuildAsync(client, new(), "FROM busybox:latest\nRUN true\nRUNN true\n", TestContext.Current.CancellationToken);

        Assert.Equal(3, failure!.Line);
        Assert.Contains("nknown instruction", failure.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Of_a_build_that_is_cancelled_nothing_is_left(string client)
    {
        var sleep = $"sleep 97.{Guid.NewGuid().GetHashCode() & 0xFFFFFF}";
        using var cancellation = new CancellationTokenSource();
        var watched = new Watched();
        var seen = new TaskCompletionSource();
        var build = BuildAsync(client, watched, $"FROM busybox:latest\nRUN echo go; {sleep}\n", cancellation.Token, line =>
        {
            if (line == "go" || line.EndsWith(" go", StringComparison.Ordinal))
            {
                seen.TrySetResult();
            }
        });
        await Task.WhenAny(seen.Task, build).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(seen.Task.IsCompleted, string.Join('\n', watched.Progress));

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => build);
        Assert.Empty(Processes.WithText(_name));
        await Until.IsSoAsync(TimeSpan.FromSeconds(10), () => Processes.WithText(sleep).Count == 0);
        Assert.NotEqual(0, (await Client.CallAsync(client, "image", "inspect", _name)).ExitCode);
        if (Engines.Is(client, Engines.Podman))
        {
            // In which podman runs the commands of a Dockerfile.
            await Until.IsSoAsync(TimeSpan.FromSeconds(10), async () => !(await Client.OutputAsync(client, "ps", "--all", "--external", "--format", "{{.Names}}")).Contains("working-container", StringComparison.Ordinal));
        }
    }

    public void Dispose() => _context.Dispose();

    private async Task<ImageBuildFailure?> BuildAsync(string client, Watched watched, string dockerfile, CancellationToken cancellation, Action<string>? onLine = null)
    {
        var image = new ImageBuild(_name, _context.Write("Dockerfile", dockerfile), _context.Path)
        {
            Arguments = new Dictionary<string, string> { ["V"] = "3;$x 'y'" },
            Target = dockerfile.Contains("AS wanted", StringComparison.Ordinal) ? "wanted" : "",
        };
        var observer = watched.Observer with { PullProgress = (onLine ?? (static _ => { })) + watched.Observer.PullProgress };
        return await DockerRunner.BuildImageAsync(Host.OfThisMachine, new() { Engine = client }, image, Dockerfile.Parse(dockerfile), engine => ImageBuilders.FindAsync(engine, cancellation), observer, cancellation);
    }
}
