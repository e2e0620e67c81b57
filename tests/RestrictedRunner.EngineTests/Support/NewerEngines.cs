namespace RestrictedRunner.EngineTests;

/// <summary>The engines that <c>build/engine.sh --newer</c> brings up; each is a client in <c>artifacts/engines/clients</c>.</summary>
internal static class NewerEngines
{
    public const string Compat = "docker-compat";
    private const string Podman = "podman-crun";

    private static readonly string Folder = Path.Combine("artifacts", "engines", "clients");

    /// <summary>
    /// Names of those that have every store, runtime and client between them, or of those that a variable names, as for
    /// <see cref="Engines.All"/>.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } =
        Engines.AreNamed ? [.. Engines.All.Select(client => Path.GetFileName(client)!)] : ["docker-runc", "docker-containerd-crun", Podman, Compat];

    /// <summary>Path of a client; the name alone where the engines are not there.</summary>
    public static string Client(string name) =>
        (Engines.AreNamed ? Engines.All.FirstOrDefault(client => Path.GetFileName(client) == name) : TestRun.FindUpward(Path.Combine(Folder, name))) ?? name;

    /// <summary>True when the engine was brought up.</summary>
    public static bool IsThere(string name) => Path.IsPathFullyQualified(Client(name));

    /// <summary>True for docker's client on podman's socket.</summary>
    public static bool IsCompat(string name) => name == Compat;

    /// <summary>True where containers are podman's, whoever asks for them.</summary>
    public static bool IsPodmans(string name) => name is Podman or Compat;
}
