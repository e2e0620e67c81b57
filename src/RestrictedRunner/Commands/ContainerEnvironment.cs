using System.Text;

namespace RestrictedRunner;

/// <summary>
/// How the container's environment gets there without its values on a command line. <c>-e NAME</c> takes the value
/// from the client's own environment; a variable that the client reads too (<c>PATH</c>, <c>DOCKER_HOST</c>) would
/// change the client, so it goes through a file.
/// </summary>
/// <param name="ForClient">Variables set in the client's environment and named by <c>-e</c>.</param>
/// <param name="FileText">Text for <c>--env-file</c>, or null.</param>
internal sealed record ContainerEnvironment(IReadOnlyDictionary<string, string?> ForClient, string? FileText)
{
    private static readonly string[] ClientNames =
    [
        "ALL_PROXY", "APPDATA", "CONTAINER", "HOME", "HTTP_PROXY", "HTTPS_PROXY", "LOCALAPPDATA", "LOGNAME", "NO_PROXY",
        "NOTIFY_SOCKET", "PATH", "PATHEXT", "PWD", "SHELL", "SYSTEMROOT", "TEMP", "TERM", "TMP", "TMPDIR", "USER", "USERPROFILE",
    ];

    private static readonly string[] ClientPrefixes =
    [
        "BUILDAH_", "BUILDKIT_", "CONTAINER_", "CONTAINERS_", "DBUS_", "DOCKER_", "DYLD_", "GO", "LD_", "LISTEN_", "MALLOC_",
        "OTEL_", "PODMAN_", "REGISTRY_", "SSH_", "SSL_", "STORAGE_", "XDG_", "_CONTAINERS_",
    ];

    /// <summary>True for variables that docker, podman, their Go runtime or the dynamic loader act upon.</summary>
    public static bool IsReadByTheClient(string name) =>
        ClientNames.Contains(name, StringComparer.OrdinalIgnoreCase)
        || ClientPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>The environment of valid options; of two variables with one name the later counts.</summary>
    public static ContainerEnvironment For(StepOptions options)
    {
        var forClient = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        var file = new StringBuilder();
        foreach (var (name, value) in options.EnvironmentVariables)
        {
            if (IsReadByTheClient(name))
            {
                file.Append(name).Append('=').Append(value).Append('\n');
            }
            else
            {
                forClient[name] = value;
            }
        }

        return new(forClient, file.Length == 0 ? null : file.ToString());
    }
}
