using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace RestrictedRunner.EngineTests;

[Collection(nameof(FromRegistries))]
[OfThisMachine]
public class PullTests(Registries registries)
{
    private const int MiddleOfTheLayer = 500_000;

    [Theory]
    [EachEngine]
    public async Task An_absent_image_is_pulled_between_two_tries_to_run_it(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1", "published"u8.ToArray());
        using var client = registry.ClientFor(engine);
        await using var image = new PulledImage(engine, $"{registry.Address}/{name}:1");
        var options = Step.On(client.Path, "cat /added;") with { Image = image.Name };
        var watched = new Watched();
        var result = await options.RunAsync(watched.Observer);

        Assert.Equal((0, "published", ""), (result.ExitCode, result.StandardOutput, result.StandardError));
        Assert.Equal(["run", "pull", "run"], CallsOf(client));
        Assert.Equal(["run", "pull", "run"], watched.CommandLines.Select(words => words[1]));
        Assert.Equal([new OutputLine(OutputStream.StandardOutput, "published")], watched.Lines);
        Assert.Contains(watched.Progress, line => line.Contains(engine == Engines.Docker ? "Status: Downloaded newer image" : "Copying blob", StringComparison.Ordinal));

        // Now that it is there, it costs one process like any other.
        Assert.Equal("published", await options.OutputAsync());
        Assert.Equal(["run", "pull", "run", "run"], CallsOf(client));
    }

    [Theory]
    [EachEngine]
    public async Task An_interactive_start_pulls_it_before_it_runs(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1", "published"u8.ToArray());
        using var client = registry.ClientFor(engine);
        await using var image = new PulledImage(engine, $"{registry.Address}/{name}:1");
        var options = Step.On(client.Path, "cat /added;") with { Image = image.Name };
        await using var container = await DockerRunner.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
        using var reader = new StreamReader(container.StandardOutput);

        Assert.Equal("published", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, (await container.Completion).ExitCode);
        Assert.Equal(["image", "pull", "run"], client.Calls);
    }

    [Theory]
    [EachEngine]
    public async Task An_image_can_be_brought_without_a_run(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1", "published"u8.ToArray());
        using var client = registry.ClientFor(engine);
        await using var image = new PulledImage(engine, $"{registry.Address}/{name}:1");
        var options = Step.On(client.Path, "cat /added;") with { Image = image.Name };

        Assert.True(await DockerRunner.PullAsync(options, cancellation: TestContext.Current.CancellationToken));
        Assert.False(await DockerRunner.PullAsync(options, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(["image", "pull", "image"], client.Calls);
        Assert.Equal("published", await (options with { Pull = PullPolicy.Never }).OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task Never_pulls_nothing(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1");
        using var client = registry.ClientFor(engine);

        var failure = await (Step.On(client.Path, "true") with { Image = $"{registry.Address}/{name}:1", Pull = PullPolicy.Never }).FailureAsync();

        Assert.Equal(RunnerFailure.ImageAbsent, failure.Failure);
        Assert.Contains($"{registry.Address}/{name}:1", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pull", client.Calls);
    }

    [Theory]
    [EachEngine]
    public async Task Always_takes_the_registrys_image_and_missing_the_engines(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        using var client = registry.ClientFor(engine);
        await using var image = new PulledImage(engine, $"{registry.Address}/{name}:1");
        var options = Step.On(client.Path, "cat /added;") with { Image = image.Name };
        await registry.PublishAsync(engine, $"{name}:1", "first"u8.ToArray());
        Assert.Equal("first", await options.OutputAsync());
        await image.RememberAsync();
        await registry.PublishAsync(engine, $"{name}:1", "second"u8.ToArray());

        Assert.Equal("first", await options.OutputAsync());
        Assert.Equal("second", await (options with { Pull = PullPolicy.Always }).OutputAsync());
        Assert.Equal(["run", "pull", "run", "run", "pull", "run"], CallsOf(client));
    }

    [Theory]
    [EachEngine("tool:no-such-tag")]
    [EachEngine("no-such-tool:1")]
    public async Task An_image_that_the_registry_does_not_have_is_asked_for_once(string engine, string absent)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1");
        using var client = registry.ClientFor(engine);

        var failure = await (Step.On(client.Path, "true") with { Image = $"{registry.Address}/{absent.Replace("tool", name, StringComparison.Ordinal)}" }).FailureAsync();

        Assert.Equal(RunnerFailure.ImageNotFound, failure.Failure);
        Assert.Contains("manifest unknown", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["run", "pull"], CallsOf(client));
    }

    [Theory]
    [EachEngine("")]
    [EachEngine("wrong")]
    public async Task A_registry_that_wants_a_password_is_asked_once(string engine, string password)
    {
        var registry = await registries.Closed;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1");
        using var client = registry.ClientFor(engine, password);

        var failure = await (Step.On(client.Path, "true") with { Image = $"{registry.Address}/{name}:1" }).FailureAsync();

        Assert.Equal(RunnerFailure.PullUnauthorized, failure.Failure);
        Assert.Equal(["run", "pull"], CallsOf(client));
    }

    [Theory]
    [EachEngine]
    public async Task With_the_password_it_gives_the_image(string engine)
    {
        var registry = await registries.Closed;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1", "published"u8.ToArray());
        using var client = registry.ClientWithPassword(engine);
        await using var image = new PulledImage(engine, $"{registry.Address}/{name}:1");
        var options = Step.On(client.Path, "cat /added;") with { Image = image.Name };
        Assert.Equal("published", await options.OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task A_registry_that_is_stopped_is_tried_three_times_with_growing_pauses(string engine)
    {
        await using var registry = await Registry.StartAsync();
        using var client = registry.ClientFor(engine);
        await registry.StopAsync();
        var watched = new Watched();
        var watch = Stopwatch.StartNew();

        var failure = await (Step.On(client.Path, "true") with { Image = $"{registry.Address}/tool:1" }).FailureAsync(watched.Observer);

        Assert.Equal(RunnerFailure.RegistryUnreachable, failure.Failure);
        Assert.Contains("connection refused", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["run", "pull", "pull", "pull"], CallsOf(client));
        Assert.Equal(["1 s", "3 s"], watched.Progress.Where(line => line.Contains("; trying again in ", StringComparison.Ordinal)).Select(line => line[^3..]));
        Assert.True(watch.Elapsed >= TimeSpan.FromSeconds(4));
    }

    [Theory]
    [EachEngine(0, false)]
    [EachEngine(MiddleOfTheLayer, true, Only = Engines.Podman)]
    [EachEngine(MiddleOfTheLayer, false, Only = Engines.Podman)]
    public Task A_line_that_is_mended_between_two_tries_gives_the_image(string engine, int bytes, bool isBehindGateway) => ImageByMendedLineAsync(engine, bytes, isBehindGateway);

    // Within a layer docker tries five times by itself, for more than a minute; behind a gateway only in the first pull.
    [Theory]
    [Trait("Tier", "Long")]
    [EachEngine(MiddleOfTheLayer, true, Only = Engines.Docker)]
    public Task A_line_that_breaks_in_a_layer_of_docker_gives_it_too(string engine, int bytes, bool isBehindGateway) => ImageByMendedLineAsync(engine, bytes, isBehindGateway);

    [Theory]
    [EachEngine(0, false)]
    public Task A_line_that_is_never_mended_is_given_up_after_three_tries(string engine, int bytes, bool isBehindGateway) => GivenUpAsync(engine, bytes, isBehindGateway);

    [Theory]
    [Trait("Tier", "Long")]
    [EachEngine(MiddleOfTheLayer, true, Only = Engines.Podman)]
    [EachEngine(MiddleOfTheLayer, false, Only = Engines.Podman)]
    public Task A_line_that_breaks_in_a_layer_and_is_never_mended_is_given_up_too(string engine, int bytes, bool isBehindGateway) => GivenUpAsync(engine, bytes, isBehindGateway);

    [Theory]
    [Trait("Tier", "Long")]
    [EachEngine(MiddleOfTheLayer, true, Only = Engines.Docker)]
    public Task A_line_that_breaks_in_a_layer_of_docker_is_given_up_too(string engine, int bytes, bool isBehindGateway) => GivenUpAsync(engine, bytes, isBehindGateway);

    [Theory]
    [EachEngine]
    public async Task A_layer_that_breaks_off_once_is_taken_up_again_by_the_engine(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1", RandomNumberGenerator.GetBytes(3_000_000));
        await using var line = new BrokenLine(registry.Port, MiddleOfTheLayer, cuts: 1);
        using var client = registry.ClientFor(engine, morePorts: [line.Port]);
        await using var image = new PulledImage(engine, $"127.0.0.1:{line.Port}/{name}:1");
        var options = Step.On(client.Path, "wc -c </added") with { Image = image.Name };
        Assert.Equal("3000000\n", await options.OutputAsync());
        Assert.Equal(1, line.Cuts);

        // Podman takes a layer up again, but not always what comes before it; then our second try does.
        Assert.InRange(client.Calls.Count(call => call == "pull"), 1, engine == Engines.Docker ? 1 : 2);
    }

    [Theory]
    [EachEngine]
    public async Task A_pull_is_cancelled_while_the_registry_keeps_it_waiting(string engine)
    {
        var registry = await registries.Open;
        using var silence = new TcpListener(IPAddress.Loopback, 0);
        silence.Start();
        var port = ((IPEndPoint)silence.LocalEndpoint).Port;
        using var client = registry.ClientFor(engine, morePorts: [port]);
        using var cancellation = new CancellationTokenSource();
        var options = Step.On(client.Path, "true") with { Image = $"127.0.0.1:{port}/tool:1" };

        var run = Assert.ThrowsAnyAsync<OperationCanceledException>(() => DockerRunner.RunAsync(options, cancellation: cancellation.Token));
        using var asked = await silence.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();
        await run.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        Assert.Equal("pull", client.Calls[^1]);
        Assert.Empty(Processes.WithText($"pull {options.Image}"));
    }

    [Theory]
    [EachEngine]
    public async Task A_pull_is_cancelled_in_the_pause_between_two_tries(string engine)
    {
        await using var registry = await Registry.StartAsync();
        using var client = registry.ClientFor(engine);
        await registry.StopAsync();
        using var cancellation = new CancellationTokenSource();
        var observer = new RunObserver
        {
            PullProgress = line =>
            {
                if (line.Contains("; trying again in 1 s", StringComparison.Ordinal))
                {
                    cancellation.Cancel();
                }
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => DockerRunner.RunAsync(Step.On(client.Path, "true") with { Image = $"{registry.Address}/tool:1" }, observer, cancellation: cancellation.Token));

        Assert.Equal(["run", "pull"], CallsOf(client));
    }

    [Theory]
    [EachEngine]
    public async Task An_image_of_another_platform_is_not_run(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1");
        using var client = registry.ClientFor(engine);
        var foreign = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux/amd64" : "linux/arm64";
        await using var image = new PulledImage(engine, $"{registry.Address}/{name}:1");
        var options = Step.On(client.Path, "true") with { Image = image.Name, Platform = foreign };
        var failure = await options.FailureAsync();

        Assert.Contains(failure.Failure, new[] { RunnerFailure.ImageAbsent, RunnerFailure.ImageNotFound });
        Assert.Equal(1, client.Calls.Count(call => call == "pull"));
    }

    private async Task ImageByMendedLineAsync(string engine, int bytes, bool isBehindGateway)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1", RandomNumberGenerator.GetBytes(3_000_000));
        await using var line = new BrokenLine(registry.Port, bytes, isBehindGateway: isBehindGateway);
        using var client = registry.ClientFor(engine, morePorts: [line.Port]);
        await using var image = new PulledImage(engine, $"127.0.0.1:{line.Port}/{name}:1");
        var options = Step.On(client.Path, "wc -c </added") with { Image = image.Name };
        var observer = new RunObserver
        {
            PullProgress = progress =>
            {
                if (progress.Contains("; trying again in ", StringComparison.Ordinal))
                {
                    line.Mend();
                }
            },
        };
        var result = await options.RunAsync(observer);

        Assert.Equal((0, "3000000\n"), (result.ExitCode, result.StandardOutput));
        Assert.Equal(2, client.Calls.Count(call => call == "pull"));
        Assert.True(line.Cuts > 0);
    }

    private async Task GivenUpAsync(string engine, int bytes, bool isBehindGateway)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        await registry.PublishAsync(engine, $"{name}:1", RandomNumberGenerator.GetBytes(3_000_000));
        await using var line = new BrokenLine(registry.Port, bytes, isBehindGateway: isBehindGateway);
        using var client = registry.ClientFor(engine, morePorts: [line.Port]);

        var failure = await (Step.On(client.Path, "true") with { Image = $"127.0.0.1:{line.Port}/{name}:1" }).FailureAsync();

        Assert.True(failure.Failure == RunnerFailure.RegistryUnreachable, $"{failure.Failure}: {failure.Message}");
        Assert.Equal(3, client.Calls.Count(call => call == "pull"));
    }

    // Without the questions whether the container was started.
    private static IEnumerable<string> CallsOf(ClientScript client) => client.Calls.Where(call => call is not ("events" or "version"));

    [Theory]
    [EachEngine]
    public async Task A_step_that_waits_for_another_steps_pull_takes_it_over_when_that_is_cancelled(string engine)
    {
        using var folder = new TempFolder();
        using var client = new ClientScript(engine, $"if [ $1 = pull ]; then if mkdir {folder["first"]}; then exec sleep 60; fi; exit 0; fi");
        using var cancellation = new CancellationTokenSource();
        var pulls = new ImagePulls();
        var waiting = new TaskCompletionSource();
        var options = Step.On(client.Path, "true") with { Pull = PullPolicy.Always };

        var first = DockerRunner.PullInBuildAsync(Host.OfThisMachine, options, pulls, new RunObserver(), cancellation.Token);
        await Until.IsSoAsync(TimeSpan.FromSeconds(10), () => Directory.Exists(folder["first"]));
        var second = DockerRunner.PullInBuildAsync(Host.OfThisMachine, options, pulls, new RunObserver { PullProgress = _ => waiting.TrySetResult() }, TestContext.Current.CancellationToken);
        await waiting.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.True(await second);
        Assert.Equal(["pull", "pull"], client.Calls);
    }

    [Theory]
    [EachEngine]
    public async Task An_image_that_has_gone_again_is_pulled_again(string engine)
    {
        using var client = new ClientScript(engine, "case $1 in pull) exit 0 ;; image) echo 'Error: No such image' >&2; exit 1 ;; esac");
        var pulls = new ImagePulls();

        Assert.True(await DockerRunner.PullInBuildAsync(Host.OfThisMachine, Step.On(client.Path, "true"), pulls, new RunObserver(), TestContext.Current.CancellationToken));
        Assert.True(await DockerRunner.PullInBuildAsync(Host.OfThisMachine, Step.On(client.Path, "true"), pulls, new RunObserver(), TestContext.Current.CancellationToken));

        Assert.Equal(["image", "pull", "image", "pull"], client.Calls);
    }
}
