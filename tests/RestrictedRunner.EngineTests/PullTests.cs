using System.Diagnostics;
using System.Security.Cryptography;

namespace RestrictedRunner.EngineTests;

public class PullTests
{
    [Theory]
    [EachEngine]
    public async Task An_absent_image_is_pulled_between_two_tries_to_run_it(string engine)
    {
        await using var registry = await Registry.StartAsync();
        await registry.PublishAsync(engine, "tool:1", "published"u8.ToArray());
        using var client = registry.ClientFor(engine);
        var options = Step.On(client.Path, "cat /added;") with { Image = $"{registry.Address}/tool:1" };
        var watched = new Watched();
        try
        {
            var result = await options.RunAsync(watched.Observer);

            Assert.Equal((0, "published", ""), (result.ExitCode, result.StandardOutput, result.StandardError));
            // The engine's record tells its own words from a command that imitates them.
            Assert.Equal(["run", "events", "pull", "run"], client.Calls);
            Assert.Equal(["run", "pull", "run"], watched.CommandLines.Select(words => words[1]));
            Assert.Equal([new OutputLine(OutputStream.StandardOutput, "published")], watched.Lines);
            Assert.Contains(watched.Progress, line => line.Contains(engine == Engines.Docker ? "Pull complete" : "Copying blob", StringComparison.Ordinal));

            // Now that it is there, it costs one process like any other.
            Assert.Equal("published", await options.OutputAsync());
            Assert.Equal(["run", "events", "pull", "run", "run"], client.Calls);
        }
        finally
        {
            await Client.OutputAsync(engine, "rmi", "--force", options.Image);
        }
    }

    [Theory]
    [EachEngine]
    public async Task An_interactive_start_pulls_it_before_it_runs(string engine)
    {
        await using var registry = await Registry.StartAsync();
        await registry.PublishAsync(engine, "tool:1", "published"u8.ToArray());
        using var client = registry.ClientFor(engine);
        var options = Step.On(client.Path, "cat /added;") with { Image = $"{registry.Address}/tool:1" };
        try
        {
            await using var container = await DockerRunner.StartAsync(options, cancellation: TestContext.Current.CancellationToken);
            using var reader = new StreamReader(container.StandardOutput);

            Assert.Equal("published", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
            Assert.Equal(0, (await container.Completion).ExitCode);
            Assert.Equal(["image", "pull", "run"], client.Calls);
        }
        finally
        {
            await Client.OutputAsync(engine, "rmi", "--force", options.Image);
        }
    }

    [Theory]
    [EachEngine]
    public async Task Never_pulls_nothing(string engine)
    {
        await using var registry = await Registry.StartAsync();
        await registry.PublishAsync(engine, "tool:1");
        using var client = registry.ClientFor(engine);

        var failure = await (Step.On(client.Path, "true") with { Image = $"{registry.Address}/tool:1", Pull = PullPolicy.Never }).FailureAsync();

        Assert.Equal(RunnerFailure.ImageAbsent, failure.Failure);
        Assert.Contains($"{registry.Address}/tool:1", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pull", client.Calls);
    }

    [Theory]
    [EachEngine]
    public async Task Always_takes_the_registrys_image_and_missing_the_engines(string engine)
    {
        await using var registry = await Registry.StartAsync();
        using var client = registry.ClientFor(engine);
        var options = Step.On(client.Path, "cat /added;") with { Image = $"{registry.Address}/tool:1" };
        try
        {
            await registry.PublishAsync(engine, "tool:1", "first"u8.ToArray());
            Assert.Equal("first", await options.OutputAsync());
            await registry.PublishAsync(engine, "tool:1", "second"u8.ToArray());

            Assert.Equal("first", await options.OutputAsync());
            Assert.Equal("second", await (options with { Pull = PullPolicy.Always }).OutputAsync());
            Assert.Equal(["run", "events", "pull", "run", "run", "pull", "run"], client.Calls);
        }
        finally
        {
            await Client.OutputAsync(engine, "rmi", "--force", options.Image);
        }
    }

    [Theory]
    [EachEngine("tool:no-such-tag")]
    [EachEngine("no-such-tool:1")]
    public async Task An_image_that_the_registry_does_not_have_is_asked_for_once(string engine, string name)
    {
        await using var registry = await Registry.StartAsync();
        await registry.PublishAsync(engine, "tool:1");
        using var client = registry.ClientFor(engine);

        var failure = await (Step.On(client.Path, "true") with { Image = $"{registry.Address}/{name}" }).FailureAsync();

        Assert.Equal(RunnerFailure.ImageNotFound, failure.Failure);
        Assert.Contains("manifest unknown", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["run", "pull"], client.Calls.Where(call => call != "events"));
    }

    [Theory]
    [EachEngine("")]
    [EachEngine("wrong")]
    public async Task A_registry_that_wants_a_password_is_asked_once(string engine, string password)
    {
        await using var registry = await Registry.StartAsync(withPassword: true);
        await registry.PublishAsync(engine, "tool:1");
        using var client = registry.ClientFor(engine, password);

        var failure = await (Step.On(client.Path, "true") with { Image = $"{registry.Address}/tool:1" }).FailureAsync();

        Assert.Equal(RunnerFailure.PullUnauthorized, failure.Failure);
        Assert.Equal(["run", "pull"], client.Calls.Where(call => call != "events"));
    }

    [Theory]
    [EachEngine]
    public async Task With_the_password_it_gives_the_image(string engine)
    {
        await using var registry = await Registry.StartAsync(withPassword: true);
        await registry.PublishAsync(engine, "tool:1", "published"u8.ToArray());
        using var client = registry.ClientWithPassword(engine);
        var options = Step.On(client.Path, "cat /added;") with { Image = $"{registry.Address}/tool:1" };
        try
        {
            Assert.Equal("published", await options.OutputAsync());
        }
        finally
        {
            await Client.OutputAsync(engine, "rmi", "--force", options.Image);
        }
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
        Assert.Equal(["run", "pull", "pull", "pull"], client.Calls.Where(call => call != "events"));
        Assert.Equal(["1 s", "3 s"], watched.Progress.Where(line => line.Contains("; trying again in ", StringComparison.Ordinal)).Select(line => line[^3..]));
        Assert.True(watch.Elapsed >= TimeSpan.FromSeconds(4));
    }

    [Theory]
    [EachEngine(0)]
    [EachEngine(500_000)]
    public async Task A_line_that_is_mended_between_two_tries_gives_the_image(string engine, int bytes)
    {
        await using var registry = await Registry.StartAsync();
        await registry.PublishAsync(engine, "tool:1", RandomNumberGenerator.GetBytes(3_000_000));
        await using var line = new BrokenLine(registry.Port, bytes);
        using var client = registry.ClientFor(engine, morePorts: [line.Port]);
        var options = Step.On(client.Path, "wc -c </added") with { Image = $"127.0.0.1:{line.Port}/tool:1" };
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
        try
        {
            var result = await options.RunAsync(observer);

            Assert.Equal((0, "3000000\n"), (result.ExitCode, result.StandardOutput));
            Assert.Equal(2, client.Calls.Count(call => call == "pull"));
            Assert.True(line.Cuts > 0);
        }
        finally
        {
            await Client.OutputAsync(engine, "rmi", "--force", options.Image);
        }
    }

    [Theory]
    [EachEngine(0)]
    [EachEngine(500_000)]
    public async Task A_line_that_is_never_mended_is_given_up_after_three_tries(string engine, int bytes)
    {
        await using var registry = await Registry.StartAsync();
        await registry.PublishAsync(engine, "tool:1", RandomNumberGenerator.GetBytes(3_000_000));
        await using var line = new BrokenLine(registry.Port, bytes);
        using var client = registry.ClientFor(engine, morePorts: [line.Port]);

        var failure = await (Step.On(client.Path, "true") with { Image = $"127.0.0.1:{line.Port}/tool:1" }).FailureAsync();

        Assert.Equal(RunnerFailure.RegistryUnreachable, failure.Failure);
        Assert.Equal(3, client.Calls.Count(call => call == "pull"));
    }
}
