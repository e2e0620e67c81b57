using System.Collections.Concurrent;

namespace RestrictedRunner.TestSupport;

/// <summary>The engines that the tests run on.</summary>
internal static class Engines
{
    public const string Docker = "docker";
    public const string Podman = "podman";

    private static readonly ConcurrentDictionary<string, Lazy<bool>> Known = [];

    private static readonly string Named = Environment.GetEnvironmentVariable("RESTRICTED_RUNNER_ENGINES") ?? "";

    /// <summary>True when a variable names engines, as paths of clients.</summary>
    public static bool AreNamed => Named.Length > 0;

    /// <summary>Those engines, or this machine's two.</summary>
    public static IReadOnlyList<string> All { get; } = AreNamed ? Named.Split(Path.PathSeparator) : [Docker, Podman];

    /// <summary>Set where engines are known to be there: what is missing is then a failure.</summary>
    public static bool AreRequired => Environment.GetEnvironmentVariable("RESTRICTED_RUNNER_REQUIRE_ENGINE") == "1";

    /// <summary>True for docker, or for podman: with its own client, and not with that of the other.</summary>
    public static bool Is(string engine, string kind) => Path.GetFileName(engine) is var name && name.StartsWith(kind, StringComparison.Ordinal) && !name.EndsWith("-compat", StringComparison.Ordinal);

    /// <summary>True when the named engines do not see this machine's files: their names end so.</summary>
    public static bool AreRemote => AreNamed && All.All(engine => engine.EndsWith("-remote", StringComparison.Ordinal));

    /// <summary>True when the engine runs containers of the image that the tests use.</summary>
    public static bool Answers(string engine) =>
        Known.GetOrAdd(engine, static name => new(() => Client.Succeeds(name, "run", "--rm", "--pull", "never", TestImages.Busybox, "true"))).Value;
}
