namespace RestrictedRunner.EngineTests;

/// <summary>The engines that <c>build/engine.sh --newer</c> brings up; each is a client in <c>artifacts/engines/clients</c>.</summary>
internal static class NewerEngines
{
    /// <summary>Docker's client on podman's socket.</summary>
    public const string Compat = "docker-compat";

    public const string Podman = "podman-crun";

    public static IReadOnlyList<string> Names { get; } = ["docker-runc", "docker-crun", "docker-containerd-runc", "docker-containerd-crun", Podman, Compat];

    /// <summary>Those that have every store, runtime and client between them; the others pair them in another way.</summary>
    public static IReadOnlyList<string> First { get; } = ["docker-runc", "docker-containerd-crun", Podman, Compat];

    /// <summary>Path of a client; the name alone where the engines are not there.</summary>
    public static string Client(string name) =>
        TestRun.FindUpward(Path.Combine("artifacts", "engines", "clients", name)) ?? name;

    public static bool IsThere(string name) => Path.IsPathFullyQualified(Client(name));
}
