using RestrictedRunner.Hosts;

namespace RestrictedRunner.Engine;

/// <summary>Where a client looks for its engine, by the client's own rules and without asking it.</summary>
internal static class EngineEndpoint
{
    /// <summary>Podman without a server: the client is the engine.</summary>
    public const string None = "";

    private const string DockersDefault = "unix:///var/run/docker.sock";
    private const string Unix = "unix://";

    /// <summary>The URL that a client connects to.</summary>
    /// <param name="context">Value of <see cref="StepOptions.Context"/>.</param>
    /// <param name="isPodman">True for podman's client.</param>
    /// <param name="host">The machine.</param>
    public static string Of(string context, bool isPodman, Host host) =>
        isPodman ? OfPodman(context, host.Variable) : OfDocker(context, host.Variable, DockerSettings.Of(host));

    /// <summary>The URL that docker's client connects to.</summary>
    /// <param name="context">Value of <see cref="StepOptions.Context"/>.</param>
    /// <param name="variable">Value of an environment variable, or null.</param>
    /// <param name="settings">The client's settings.</param>
    public static string OfDocker(string context, Func<string, string?> variable, DockerSettings settings)
    {
        // A context that is named by an option wins over the variable, one that is chosen otherwise does not.
        var host = variable("DOCKER_HOST") is { Length: > 0 } given ? given : null;
        var name = context.Length > 0 ? context
            : host is not null ? DockerSettings.DefaultContext
            : variable("DOCKER_CONTEXT") is { Length: > 0 } chosen ? chosen
            : settings.CurrentContext;
        return name is null or "" or DockerSettings.DefaultContext ? host ?? DockersDefault : settings.HostOf(name) ?? DockersDefault;
    }

    /// <summary>The URL that podman's client connects to, or <see cref="None"/>.</summary>
    /// <param name="connection">Value of <see cref="StepOptions.Context"/>.</param>
    /// <param name="variable">Value of an environment variable, or null.</param>
    public static string OfPodman(string connection, Func<string, string?> variable) =>
        // A connection has a name only; what is behind it is in other places.
        connection.Length > 0 ? "connection:" : variable("CONTAINER_HOST") ?? (variable("CONTAINER_CONNECTION") is null ? None : "connection:");

    /// <summary>The socket of an endpoint, or null for an endpoint of another kind.</summary>
    public static string? Socket(string endpoint) => endpoint.StartsWith(Unix, StringComparison.Ordinal) ? endpoint[Unix.Length..] : null;
}
