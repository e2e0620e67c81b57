using RestrictedRunner.Hosts;

namespace RestrictedRunner.Engine;

/// <summary>What this machine tells about an engine without asking it.</summary>
/// <param name="UserId">Effective user id of this process, which is not root's.</param>
/// <param name="IsPodman">True for podman, also under docker's name.</param>
/// <param name="Endpoint">Where the client looks for its engine; see <see cref="EngineEndpoint"/>.</param>
/// <param name="SocketOwner">User id of the owner of the endpoint's socket; null when it is no socket or is not there.</param>
internal sealed record EngineFacts(uint UserId, bool IsPodman, string Endpoint, uint? SocketOwner)
{
    // A script in a client's place is short; a client is not.
    private const int LongestScript = 4096;

    /// <summary>
    /// The mapping as far as the facts go. Where it is <see cref="UserMapping.RootIsCaller"/> the engine is to be asked:
    /// a socket of the caller's own may also lead to another machine.
    /// </summary>
    public UserMapping LikelyMapping => this switch
    {
        { IsPodman: true, Endpoint: EngineEndpoint.None } => UserMapping.KeepsIds,
        _ when SocketOwner != UserId => UserMapping.SameIds,
        { IsPodman: true } => UserMapping.KeepsIds,
        _ => UserMapping.RootIsCaller,
    };

    /// <summary>Looks at the client's file, the environment, docker's settings and the socket.</summary>
    /// <param name="clientPath">Path of the client.</param>
    /// <param name="context">Value of <see cref="StepOptions.Context"/>.</param>
    /// <param name="host">The machine.</param>
    public static EngineFacts Read(string clientPath, string context, Host host)
    {
        var isPodman = IsPodmanClient(clientPath);
        var endpoint = EngineEndpoint.Of(context, isPodman, host);
        return new(host.UserId, isPodman, endpoint, EngineEndpoint.Socket(endpoint) is { } socket ? FileStatus.Of(socket)?.OwnerId : null);
    }

    /// <summary>True for podman: by its name, or as the package podman-docker has it, a link or a script with docker's name.</summary>
    public static bool IsPodmanClient(string path) =>
        IsPodmanName(path)
        || (File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target && IsPodmanName(target.Name))
        || (new FileInfo(path).Length <= LongestScript && DockerSettings.ReadText(path) is { } text
            && text.StartsWith("#!", StringComparison.Ordinal) && text.Contains("podman", StringComparison.Ordinal));

    private static bool IsPodmanName(string path) => Path.GetFileName(path).StartsWith("podman", StringComparison.OrdinalIgnoreCase);
}
