using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace RestrictedRunner.EngineTests;

/// <summary>
/// A few containers of each engine, with many options each, for all tests of what one option does. Each is started by
/// the first test that needs it.
/// </summary>
public sealed class SharedContainers : IAsyncDisposable
{
    // A test that wants to look at one option gets the container that has it, and of several that with the fewest others.
    private static readonly IReadOnlyList<StepOptions> Kinds =
    [
        new(),
        new()
        {
            Memory = "64m",
            MemoryReservation = "32m",
            MemorySwap = "96m",
            MemorySwappiness = Swappiness(0),
            Cpus = "0.5",
            PidsLimit = 37,
            // The last one only because podman forgets the limit of its own settings, without which some machines refuse it.
            Ulimits = ["nofile=100:200", "core=7", "nproc=1024"],
            ShmSize = "3m",
            CapAdd = ["NET_ADMIN", "SYS_PTRACE"],
            AddHost = ["first.example:10.1.2.3", "second.example:fd00::7"],
            Dns = ["10.9.8.7", "10.9.8.6"],
            DnsSearch = ["b.example", "a.example"],
        },
        new()
        {
            Memory = "64m",
            MemorySwap = "-1",
            MemorySwappiness = Swappiness(37),
            Cpus = "2",
            PidsLimit = -1,
            CapAdd = ["MKNOD", "AUDIT_WRITE"],
            CapDrop = ["CHOWN"],
            SecurityOpt = ["no-new-privileges"],
            ReadOnly = true,
            Tmpfs = ["/fast:size=3m,exec,mode=1770"],
            AllowNetworking = false,
        },
        new() { Memory = "67108864", CapDrop = ["ALL"] },
        new() { Memory = "65536K", MemorySwappiness = Swappiness(100), CapDrop = ["ALL"], CapAdd = ["CHOWN"] },
        new() { Memory = "1g", Hostname = "build-7.example", CapAdd = ["MKNOD", "AUDIT_WRITE"] },
        new() { CapDrop = ["CHOWN"] },
        new() { User = "nobody" },
        new() { User = "1234", Network = "none" },
        new() { User = "1234:2345", GroupAdd = ["4321"] },
    ];

    private static readonly PropertyInfo[] Options =
    [
        .. typeof(StepOptions).GetProperties().Where(property => property.Name is not (nameof(StepOptions.Engine) or nameof(StepOptions.Image)
            or nameof(StepOptions.Command) or nameof(StepOptions.Arguments) or nameof(StepOptions.PrepareCommand) or nameof(StepOptions.Shell))),
    ];

    private static readonly StepOptions None = new();

    private readonly ConcurrentDictionary<(string Engine, StepOptions Kind), Lazy<SharedContainer>> _started = [];

    /// <summary>Runs the command of a step in a container that has the step's options.</summary>
    internal async Task<RunResult> RunAsync(StepOptions step)
    {
        if (Engines.AreRemote)
        {
            // What they read and write is in a folder of this machine.
            return await step.RunAsync();
        }

        var kind = Kinds.Where(kind => GivenIn(step).All(GivenIn(kind).Contains)).MinBy(kind => GivenIn(kind).Count);
        Assert.True(kind is not null, $"no shared container has {string.Join(", ", GivenIn(step))}");
        var container = _started.GetOrAdd((step.Engine, kind), key => new(() => new(key.Kind with { Engine = key.Engine, Image = step.Image }))).Value;
        return await container.RunAsync(step);
    }

    /// <summary>Standard output of a command that has to succeed.</summary>
    internal async Task<string> OutputAsync(StepOptions step)
    {
        var result = await RunAsync(step);
        Assert.Equal((0, ""), (result.ExitCode, result.StandardError));
        return result.StandardOutput!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in _started.Values)
        {
            await container.Value.DisposeAsync();
        }
    }

    private static HashSet<string> GivenIn(StepOptions options) =>
        [.. Options.Where(option => Text(option, options) != Text(option, None)).Select(option => $"{option.Name}={Text(option, options)}")];

    private static string Text(PropertyInfo option, StepOptions options) =>
        option.GetValue(options) is var value && value is IEnumerable and not string ? string.Join('\0', ((IEnumerable)value).Cast<object>()) : $"{value}";

    private static int Swappiness(int swappiness) => Cgroup.IsVersion1 ? swappiness : -1;
}

/// <summary>The classes whose tests use them, or images that more than one test needs.</summary>
[CollectionDefinition(nameof(InSharedContainers))]
public class InSharedContainers : ICollectionFixture<SharedContainers>, ICollectionFixture<DerivedImages>;
