using System.Collections.Concurrent;
using RestrictedRunner.Workers;

namespace RestrictedRunner.EngineTests;

/// <summary>Shared containers as hermetic steps have them, for tests that run one step after another in each.</summary>
public sealed class TestWorkers : IAsyncDisposable
{
    // Those that no test has just now: several run at once.
    private readonly ConcurrentDictionary<string, ConcurrentBag<(Worker Worker, TempFolder Project, string Clean)>> _idle = [];

    /// <summary>The options of a hermetic step.</summary>
    internal static StepOptions Hermetic(string engine, string image, string user, string command) => new()
    {
        Engine = engine,
        Image = image,
        User = user,
        Command = command,
        AllowNetworking = false,
        ReadOnly = true,
        Tmpfs = ["/tmp"],
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges"],
        PidsLimit = 512,
        Hostname = "hermetic",
        WorkDir = "/project",
        EnvironmentVariables = [new("HOME", "/tmp")],
    };

    internal static Task<Worker> StartAsync(StepOptions options, string project) =>
        Worker.StartAsync(options, new Mount(project, "/project"), Host.OfThisMachine, TestContext.Current.CancellationToken);

    /// <summary>Runs a step in a container that has run others, and then one that looks whether anything is as in a new container.</summary>
    /// <param name="options">The step.</param>
    /// <param name="probe">Command of the second step, which prints what it sees.</param>
    /// <returns>What the first printed, why the container could not be used again, what the second saw, and what it sees in a new container.</returns>
    internal async Task<(string Output, string? WhyNotAgain, string Seen, string Clean)> RunAsync(StepOptions options, string probe)
    {
        var idle = _idle.GetOrAdd($"{options.Engine} {options.Image} {options.User}", static _ => []);
        if (!idle.TryTake(out var known))
        {
            known = await BeginAsync(options, probe);
        }

        try
        {
            var output = await OutputAsync(known.Worker, options);
            var why = known.Worker.WhyNotAgain;
            if (why is not null)
            {
                await EndAsync(known);
                known = await BeginAsync(options, probe);
            }

            var seen = await OutputAsync(known.Worker, options with { Command = probe });
            Assert.Null(known.Worker.WhyNotAgain);
            idle.Add(known);
            return (output, why, seen, known.Clean);
        }
        catch
        {
            await EndAsync(known);
            throw;
        }
    }

    internal static async Task<string> OutputAsync(Worker worker, StepOptions options)
    {
        var watched = new Watched();
        await worker.RunAsync(options, watched.Observer, TestContext.Current.CancellationToken);
        return string.Join('\n', watched.Lines.Select(line => line.Text));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var known in _idle.Values.SelectMany(idle => idle))
        {
            await EndAsync(known);
        }
    }

    private static async Task<(Worker Worker, TempFolder Project, string Clean)> BeginAsync(StepOptions options, string probe)
    {
        var project = new TempFolder();
        var worker = await StartAsync(options, project.Path);
        return (worker, project, await OutputAsync(worker, options with { Command = probe }));
    }

    private static async Task EndAsync((Worker Worker, TempFolder Project, string Clean) known)
    {
        await known.Worker.DisposeAsync();
        known.Project.Dispose();
    }
}
