namespace RestrictedRunner.TestSupport;

/// <summary>
/// The engine that does not see this machine's files: docker in namespaces of its own, where the repository, the folders of
/// temporary files and the home folder are empty. It has <see cref="TestImages.Busybox"/>. Its host name is
/// <see cref="HostName"/>.
/// </summary>
internal static class RemoteEngine
{
    public const string HostName = "remote-engine";

    /// <summary>A docker context that leads there by TCP; it is in <see cref="DockerConfig"/>.</summary>
    public const string Context = "restricted-runner-remote";

    /// <summary>The same by ssh, which wants <see cref="SearchPath"/> too.</summary>
    public const string SshContext = "restricted-runner-remote-ssh";

    /// <summary>For <c>DOCKER_HOST</c>: <c>tcp://127.0.0.1:port</c>.</summary>
    public static string Tcp => $"tcp://127.0.0.1:{Read("tcp.port")}";

    /// <summary>For <c>DOCKER_HOST</c>: <c>ssh://user@127.0.0.1:port</c>. It wants <see cref="SearchPath"/>.</summary>
    /// <remarks>On the far side the engine is at <c>/var/run/docker.sock</c>, and all files are those that the engine sees.</remarks>
    public static string Ssh => $"ssh://{Read("ssh.user")}@127.0.0.1:{Read("ssh.port")}";

    /// <summary>For <c>DOCKER_HOST</c>: <c>unix://path</c>, for calls of the tests' own.</summary>
    public static string Socket => $"unix://{OtherMachines.OfEngine("docker.sock")}";

    /// <summary>For <c>DOCKER_CONFIG</c>: the folder with the contexts.</summary>
    public static string DockerConfig => OtherMachines.OfEngine("docker-config");

    /// <summary>For <c>PATH</c>: first an <c>ssh</c> that has the key, and knows the far side.</summary>
    public static string SearchPath => $"{OtherMachines.OfEngine("path")}:{Environment.GetEnvironmentVariable("PATH")}";

    /// <summary>Path of a client that asks this engine by TCP, whatever variables say.</summary>
    public static string TcpClient => OtherMachines.OfEngine("docker-tcp");

    /// <summary>Path of a client that asks this engine by ssh, whatever variables say.</summary>
    public static string SshClient => OtherMachines.OfEngine("docker-ssh");

    /// <summary>
    /// Paths of clients of a newer docker and of a newer podman that do not see this machine's files either;
    /// <c>build/engine.sh --newer</c> brings these up, and their tests have <c>[Trait("Tier", "Newer")]</c>.
    /// </summary>
    public static IReadOnlyList<string> NewerClients { get; } =
        [.. new[] { "docker-remote", "podman-remote" }.Select(name => Path.Combine(Repository.Root, "artifacts", "engines", "remote-clients", name))];

    private static string Read(string file) => File.ReadAllText(OtherMachines.OfEngine(file)).Trim();
}
