using System.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Commands;

/// <summary>
/// How the container's environment gets there without its values on a command line. <c>-e NAME</c> takes the value
/// from the client's own environment; a variable that the client reads too (<c>PATH</c>, <c>DOCKER_HOST</c>) would
/// change the client, so it goes through a file. So does one that the host takes for another: to Windows <c>FOO</c> and
/// <c>Foo</c> are one.
/// </summary>
/// <param name="ForClient">Variables set in the client's environment and named by <c>-e</c>.</param>
/// <param name="FileText">Text for <c>--env-file</c>, or null.</param>
internal sealed record ContainerEnvironment(IReadOnlyDictionary<string, string?> ForClient, string? FileText)
{
    // An env-file is read by lines, and Go's scanner takes lines of less than 64 KiB.
    private const int LongestLine = 64 * 1024 - 1;

    private static readonly string[] ClientNames =
    [
        "ALL_PROXY", "APPDATA", "CONTAINER_HOST", "DBUS_SESSION_BUS_ADDRESS", "GOCOVERDIR", "GODEBUG", "GOGC", "GOMAXPROCS",
        "GOMEMLIMIT", "GOTRACEBACK", "HOME", "HTTP_PROXY", "HTTPS_PROXY", "LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID",
        "LOCALAPPDATA", "LOGNAME", "NO_PROXY", "NOTIFY_SOCKET", "PATH", "PATHEXT", "PWD", "REGISTRY_AUTH_FILE", "SHELL",
        "SSH_AUTH_SOCK", "SSL_CERT_DIR", "SSL_CERT_FILE", "STORAGE_DRIVER", "STORAGE_OPTS", "SYSTEMROOT", "TEMP", "TERM", "TMP",
        "TMPDIR", "USER", "USERPROFILE",
    ];

    private static readonly string[] ClientPrefixes =
        ["BUILDAH_", "CONTAINER_", "CONTAINERS_", "DOCKER_", "DYLD_", "LD_", "OTEL_", "PODMAN_", "XDG_", "_CONTAINERS_"];

    /// <summary>
    /// True for variables that docker, podman, their Go runtime or the dynamic loader act upon; and for a name that
    /// ends in <c>*</c>, which podman's <c>--env</c> takes for all variables that begin so.
    /// </summary>
    public static bool IsReadByTheClient(string name) =>
        name.EndsWith('*')
        || ClientNames.Contains(name, StringComparer.OrdinalIgnoreCase)
        || ClientPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>True for a variable whose value cannot be handed over in the client's own environment.</summary>
    public static bool NeedsFile(string name, StepOptions options, Host host) =>
        IsReadByTheClient(name)
        || options.EnvironmentVariables.Any(other => other.Name != name && host.VariableComparer.Equals(other.Name, name));

    /// <summary>True when a value can stand in a file of lines.</summary>
    public static bool IsLine(EnvironmentVariable variable) =>
        variable.Value.AsSpan().IndexOfAny('\n', '\r') < 0
        && Encoding.UTF8.GetByteCount(variable.Name) + Encoding.UTF8.GetByteCount(variable.Value) + 1 <= LongestLine;

    /// <summary>The environment of valid options; of two variables with one name the later counts.</summary>
    public static ContainerEnvironment For(StepOptions options, Host host)
    {
        var forClient = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        var file = new StringBuilder();
        foreach (var (name, value) in options.EnvironmentVariables)
        {
            if (NeedsFile(name, options, host))
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
