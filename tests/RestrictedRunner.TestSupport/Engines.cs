using System.Collections.Concurrent;

namespace RestrictedRunner.TestSupport;

/// <summary>The engines that the tests run on.</summary>
internal static class Engines
{
    public const string Docker = "docker";
    public const string Podman = "podman";

    private static readonly ConcurrentDictionary<string, Lazy<bool>> Known = [];

    public static IReadOnlyList<string> All { get; } = [Docker, Podman];

    /// <summary>Set where engines are known to be there: what is missing is then a failure.</summary>
    public static bool AreRequired => Environment.GetEnvironmentVariable("RESTRICTED_RUNNER_REQUIRE_ENGINE") == "1";

    /// <summary>True when the engine runs containers of the image that the tests use.</summary>
    public static bool Answers(string engine) =>
        Known.GetOrAdd(engine, static name => new(() => Client.Succeeds(name, "run", "--rm", "--pull", "never", Images.Busybox, "true"))).Value;
}
