using System.Text.Json;

namespace RestrictedRunner.Results;

/// <summary>
/// Reads what the clients of docker (20.10 to 29) and podman (4 and 5) say when they fail. Their exit codes do not
/// tell the reasons apart: 125, 126 or 127, and 1 from docker 29 on, all of which the command's own may be too.
/// </summary>
internal static class EngineMessages
{
    // Of crun: a line of its own, and the message on the next.
    private const string StartOfJson = "{";

    /// <summary>
    /// True when the container was started and its first program was not: told by the init program (tini of docker,
    /// catatonit of podman) or, without one, by the runtime (runc, crun) from within.
    /// </summary>
    public static bool IsFailureToExecute(int exitCode, string report) =>
        (exitCode is 1 or 126 or 127 && IsOfInit(report)) || (exitCode == 1 && IsOfCrun(report)) || (exitCode is 1 or 255 && IsOfRunc(report));

    /// <summary>True for the words with which an init program ends that cannot start its program.</summary>
    public static bool IsOfInit(string text) => StartsWithAny(text, "[FATAL tini (", "ERROR (catatonit:");

    /// <summary>The report of such a failure with the program's name, which catatonit does not tell.</summary>
    public static string NotExecuted(string program, string report) => $"exec: \"{program}\": {report[(report.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]}";

    /// <summary>True for the last words of docker's client when the daemon goes away under a running container.</summary>
    public static bool IsEngineLost(int exitCode, string lastLine) => exitCode == 125 && ContainsAny(lastLine, "error waiting for container");

    /// <summary>True for the last words of podman when the monitor of a running container (conmon) is gone: it gives up after twenty seconds.</summary>
    public static bool IsMonitorLost(int exitCode, string lastLine) =>
        exitCode == 127 && IsErrorOfPodman(lastLine) && ContainsAny(lastLine, "no such exit code", "cannot remove container");

    /// <summary>True for a line that a client or a runtime starts its report with when a container that was created does not start.</summary>
    public static bool StartsFailure(string line) =>
        line == StartOfJson
        || IsOfCrun(line)
        || IsOfInit(line)
        || StartsWithAny(line, "docker: ", "Error: ", "Error response from daemon: ", "failed to connect to the docker API", "exec /", "unable to upgrade to tcp");

    /// <summary>True for what docker's engine remarks when it creates a container. Its client prints it a moment before it writes the container's id.</summary>
    public static bool IsWarningOfCreation(string line) =>
        StartsWithAny(
            line,
            "WARNING: Your kernel does not support",
            "WARNING: No swap limit support",
            "WARNING: The requested image's platform",
            "WARNING: IPv4 forwarding is disabled",
            "WARNING: Localhost DNS setting",
            "WARNING: Published ports are discarded",
            "WARNING: Disabling the OOM killer",
            "WARNING: image platform");

    /// <summary>True for a client's line, be it known to be one, that is no part of the reason why it failed.</summary>
    public static bool IsRemark(string line) => StartsWithAny(line, "WARNING: ", "Emulate Docker CLI using podman", "time=\"");

    /// <summary>True for a remark of podman's that may be the last thing it says.</summary>
    public static bool IsErrorOfPodman(string line) =>
        line.StartsWith("time=\"", StringComparison.Ordinal) && ContainsAny(line, " level=error ", " level=fatal ");

    /// <summary>True for the last words of docker's client after the third signal.</summary>
    public static bool IsGivingUp(string report) => report.EndsWith("forcefully exiting", StringComparison.Ordinal);

    /// <summary>True when <c>rm</c> found nothing to remove.</summary>
    public static bool IsNoSuchContainer(string text) => ContainsAny(text, "No such container", "no container with");

    /// <summary>True when <c>rm</c> came while the engine was removing the container by itself (<c>--rm</c>).</summary>
    public static bool IsRemovalUnderWay(string text) => text.Contains("is already in progress", StringComparison.Ordinal);

    /// <summary>
    /// The lines of a failure without blank ones, remarks, and the hint at <c>--help</c>; of crun's, which are JSON, the
    /// message. Podman's errors are remarks in form, and count where there is nothing else.
    /// </summary>
    public static string Report(IReadOnlyList<string> lines)
    {
        string[] said = [.. lines.Where(line => line.Length > 0 && !IsRemark(line) && !StartsWithAny(line, "See '", "Run '"))];
        var report = string.Join('\n', said.Length > 0 ? said : lines.Where(IsErrorOfPodman));
        return report.StartsWith(StartOfJson, StringComparison.Ordinal) && MessageOf(report) is { } message && IsOfCrun(message) ? message : report;
    }

    /// <summary>Why <c>run</c> did not start a container.</summary>
    public static RunnerFailure WhyNotStarted(int exitCode, string text) =>
        WhyNoEngine(text) ?? exitCode switch
        {
            _ when ContainsAny(text, "Unable to find image '", "No such image", "image not known", "the specified platform") => RunnerFailure.ImageAbsent,
            _ when ContainsAny(text, "exec format error") => RunnerFailure.WrongPlatform,
            _ when ContainsAny(text, "no space left on device") => RunnerFailure.DiskFull,
            _ when ContainsAny(text, "unable to find user", "unable to find group", "no matching entries in passwd file", "no matching entries in group file") => RunnerFailure.UserUnknown,
            125 or 126 or 127 when LacksInit(text) => RunnerFailure.InitMissing,
            _ when IsOfInit(text) || IsOfCrun(text) || IsOfRunc(text) => ContainsAny(text, "no such file or directory") ? RunnerFailure.CommandNotFound : RunnerFailure.CommandNotExecutable,
            // Docker does not know crun's words, so its code is none of the two.
            _ when ContainsAny(text, "executable file `") => RunnerFailure.CommandNotFound,
            _ when ContainsAny(text, "exists but it is not executable", "is not a regular file: Operation not permitted") => RunnerFailure.CommandNotExecutable,
            126 or 127 when ContainsAny(text, "permission denied", "is a directory") => RunnerFailure.CommandNotExecutable,
            126 or 127 when ContainsAny(text, "executable file", "exec: \"", "attempted to invoke a command that was not found") => RunnerFailure.CommandNotFound,
            _ => RunnerFailure.CouldNotStart,
        };

    /// <summary>Why <c>pull</c> failed.</summary>
    public static RunnerFailure WhyNotPulled(string text) =>
        WhyNoEngine(text) ?? text switch
        {
            _ when ContainsAny(text, "no space left on device") => RunnerFailure.DiskFull,
            _ when ContainsAny(text, "connection refused", "connection reset", "no such host", "i/o timeout", "network is unreachable", "no route to host", "TLS handshake timeout", "Client.Timeout", "deadline exceeded", "unexpected EOF", ": EOF", "server misbehaving", "temporary failure in name resolution", "Bad Gateway", "Service Unavailable", "Gateway Time", "unexpected HTTP status: 5", "toomanyrequests", "server gave HTTP response to HTTPS client") => RunnerFailure.RegistryUnreachable,
            // Docker Hub answers "denied" for a name that does not exist; docker adds this half sentence.
            _ when ContainsAny(text, "repository does not exist", "manifest unknown", "name unknown", "no matching manifest", "did not resolve to an alias") => RunnerFailure.ImageNotFound,
            _ when ContainsAny(text, "unauthorized", "authentication required", "no basic auth credentials", "denied: ", "daemon: denied", "access denied", "403 Forbidden") => RunnerFailure.PullUnauthorized,
            // The containerd image store says this of an absent tag, and of every other reason before it says that.
            _ when ContainsAny(text, "failed to resolve reference") => RunnerFailure.ImageNotFound,
            _ => RunnerFailure.PullFailed,
        };

    /// <summary>Why a client could not ask its engine; null when it could.</summary>
    public static RunnerFailure? WhyNoEngine(string text) =>
        ContainsAny(text, "permission denied while trying to connect", "docker.sock: connect: permission denied", "podman.sock: connect: permission denied") || IsPipeDenied(text) ? RunnerFailure.PermissionDenied
        : IsOfWindowsContainers(text) ? RunnerFailure.WindowsContainers
        : ContainsAny(text, "failed to resolve active destination") ? RunnerFailure.ContextNotFound
        : ContainsAny(text, "failed to connect to the docker API", "Cannot connect to the Docker daemon", "Is the docker daemon running", "error during connect", "unable to resolve docker endpoint", "Cannot connect to Podman", "unable to connect to Podman") ? RunnerFailure.DaemonNotRunning
        : null;

    // Words of Go, which writes no such line in another place; all that there is.
    private static bool IsOfRunc(string text) =>
        text.StartsWith("exec /", StringComparison.Ordinal) && !text.Contains('\n', StringComparison.Ordinal)
        && (text.EndsWith(": exec format error", StringComparison.Ordinal) || text.EndsWith(": no such file or directory", StringComparison.Ordinal) || text.EndsWith(": permission denied", StringComparison.Ordinal));

    private static bool IsOfCrun(string text) => text.StartsWith("exec container process ", StringComparison.Ordinal);

    // Of docker's client on Windows: "open //./pipe/docker_engine: Access is denied."
    private static bool IsPipeDenied(string text) => ContainsAny(text, "//./pipe/") && ContainsAny(text, ": Access is denied");

    // Docker Desktop, switched to Windows containers, refuses the image or, before it looks at that, the place of a mount.
    private static bool IsOfWindowsContainers(string text) =>
        ContainsAny(text, "image operating system \"linux\" cannot be used on this platform", "no matching manifest for windows/", "invalid mount path: '/");

    private static string? MessageOf(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.TryGetProperty("msg", out var message) && message.ValueKind == JsonValueKind.String ? message.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool LacksInit(string text) => ContainsAny(text, "docker-init", "container-init binary not found", "init binary");

    private static bool StartsWithAny(string line, params ReadOnlySpan<string> starts)
    {
        foreach (var start in starts)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static bool ContainsAny(string text, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (text.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
