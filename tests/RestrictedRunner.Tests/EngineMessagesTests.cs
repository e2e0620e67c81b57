namespace RestrictedRunner.Tests;

/// <summary>The texts are recorded from docker 28.2 with engine 20.10, docker 28.5 with runc 1.3 and crun 1.28, and podman 4.3 and 5.8.</summary>
public class EngineMessagesTests
{
    [Theory]
    [InlineData(125, "docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", RunnerFailure.DaemonNotRunning)]
    [InlineData(125, "docker: permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Head \"http://%2Fvar%2Frun%2Fdocker.sock/_ping\": dial unix /var/run/docker.sock: connect: permission denied", RunnerFailure.PermissionDenied)]
    [InlineData(125, "docker: Error response from daemon: No such image: nosuch:latest", RunnerFailure.ImageAbsent)]
    [InlineData(125, "docker: Error response from daemon: image with reference busybox was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64", RunnerFailure.ImageAbsent)]
    [InlineData(125, "Error: nosuch: image not known", RunnerFailure.ImageAbsent)]
    [InlineData(127, "docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"nosuch\": executable file not found in $PATH: unknown", RunnerFailure.CommandNotFound)]
    [InlineData(127, "Error: runc: runc create failed: unable to start container process: exec: \"nosuch\": executable file not found in $PATH: OCI runtime attempted to invoke a command that was not found", RunnerFailure.CommandNotFound)]
    [InlineData(127, "docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/no/such\": stat /no/such: no such file or directory: unknown", RunnerFailure.CommandNotFound)]
    [InlineData(126, "docker: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/etc/passwd\": permission denied: unknown", RunnerFailure.CommandNotExecutable)]
    [InlineData(1, "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory", RunnerFailure.DaemonNotRunning)]
    [InlineData(127, "docker: failed to connect to the docker API at unix:///x.sock: dial unix /x.sock: connect: no such file or directory", RunnerFailure.DaemonNotRunning)]
    [InlineData(1, "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock", RunnerFailure.PermissionDenied)]
    [InlineData(127, "docker: Error response from daemon: error gathering device information while adding custom device \"/dev/nope\": no such file or directory", RunnerFailure.CouldNotStart)]
    [InlineData(125, "docker: Error response from daemon: Minimum memory limit allowed is 6MB", RunnerFailure.CouldNotStart)]
    [InlineData(125, "Error: unable to find user nouser: no matching entries in passwd file", RunnerFailure.UserUnknown)]
    [InlineData(126, "Error: unable to find group nogrp: no matching entries in group file", RunnerFailure.UserUnknown)]
    [InlineData(125, "docker: Error response from daemon: Unable to find group nogrp: no matching entries in group file", RunnerFailure.UserUnknown)]
    [InlineData(125, "docker: Error response from daemon: mkdir /var/lib/docker/overlay2/x: no space left on device", RunnerFailure.DiskFull)]
    [InlineData(125, "docker: Error response from daemon: exec: \"docker-init\": executable file not found in $PATH", RunnerFailure.InitMissing)]
    [InlineData(125, "Error: container-init binary not found on the host: stat /usr/libexec/podman/catatonit: no such file or directory", RunnerFailure.InitMissing)]
    [InlineData(125, "docker: Error response from daemon: image with reference busybox:latest was found but does not provide the specified platform (linux/arm64)", RunnerFailure.ImageAbsent)]
    [InlineData(125, "docker: Error response from daemon: image with reference busybox was found but its platform (linux/amd64) does not match the specified platform (linux/arm64)", RunnerFailure.ImageAbsent)]
    [InlineData(125, "docker: Error response from daemon: no such image: docker.io/library/nosuch:latest: image not known", RunnerFailure.ImageAbsent)]
    [InlineData(127, "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: \"nosuch\": executable file not found in $PATH", RunnerFailure.CommandNotFound)]
    [InlineData(126, "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: \"/w\": is a directory: permission denied", RunnerFailure.CommandNotExecutable)]
    [InlineData(125, "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: executable file `nosuch` not found in $PATH: No such file or directory", RunnerFailure.CommandNotFound)]
    [InlineData(125, "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: executable file `/bin/nosuch` not found: No such file or directory", RunnerFailure.CommandNotFound)]
    [InlineData(125, "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: the path `/etc/passwd` exists but it is not executable: Operation not permitted", RunnerFailure.CommandNotExecutable)]
    [InlineData(125, "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: the path `/tmp` is not a regular file: Operation not permitted", RunnerFailure.CommandNotExecutable)]
    [InlineData(127, "Error: crun: executable file `/bin/nosuch` not found: No such file or directory: OCI runtime attempted to invoke a command that was not found", RunnerFailure.CommandNotFound)]
    [InlineData(126, "Error: crun: the path `/w/text` exists but it is not executable: Operation not permitted: OCI permission denied", RunnerFailure.CommandNotExecutable)]
    [InlineData(125, "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: mkdir `/w/x`: Operation not permitted", RunnerFailure.CouldNotStart)]
    [InlineData(1, "unable to upgrade to tcp, received 500", RunnerFailure.CouldNotStart)]
    // Of Windows, as users of Docker Desktop have reported them.
    [InlineData(125, "docker: error during connect: Get \"http://%2F%2F.%2Fpipe%2Fdocker_engine/v1.35/version\": open //./pipe/docker_engine: Access is denied. In the default daemon configuration on Windows, the docker client must be run elevated to connect.", RunnerFailure.PermissionDenied)]
    [InlineData(125, "docker: error during connect: Get \"http://%2F%2F.%2Fpipe%2FdockerDesktopLinuxEngine/v1.47/containers/json\": open //./pipe/dockerDesktopLinuxEngine: The system cannot find the file specified.", RunnerFailure.DaemonNotRunning)]
    [InlineData(125, "docker: Error response from daemon: invalid mount config for type \"bind\": invalid mount path: '/project'.", RunnerFailure.WindowsContainers)]
    [InlineData(125, "docker: image operating system \"linux\" cannot be used on this platform.", RunnerFailure.WindowsContainers)]
    public void A_container_that_does_not_start_has_a_reason(int exitCode, string text, RunnerFailure expected) =>
        Assert.Equal(expected, EngineMessages.WhyNotStarted(exitCode, text));

    [Theory]
    [InlineData("docker: Error response from daemon: x")]
    [InlineData("Error: crun: x")]
    [InlineData("failed to connect to the docker API at unix:///x.sock")]
    [InlineData("unable to upgrade to tcp, received 500")]
    public void A_report_of_a_start_that_failed_is_known(string text) => Assert.True(EngineMessages.StartsFailure(text));

    [Theory]
    [InlineData("Error response from daemon: manifest for localhost:5000/x:latest not found: manifest unknown: manifest unknown", RunnerFailure.ImageNotFound)]
    [InlineData("Error response from daemon: pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", RunnerFailure.ImageNotFound)]
    [InlineData("Error response from daemon: Head \"http://localhost:5000/v2/x/manifests/latest\": no basic auth credentials", RunnerFailure.PullUnauthorized)]
    [InlineData("Error response from daemon: unauthorized: authentication required", RunnerFailure.PullUnauthorized)]
    [InlineData("Error response from daemon: Get \"http://localhost:5999/v2/\": dial tcp 127.0.0.1:5999: connect: connection refused", RunnerFailure.RegistryUnreachable)]
    [InlineData("Error response from daemon: Get \"https://registry.invalid/v2/\": dial tcp: lookup registry.invalid: no such host", RunnerFailure.RegistryUnreachable)]
    [InlineData("failed to resolve reference \"docker.io/library/x:y\": docker.io/library/x:y: not found", RunnerFailure.ImageNotFound)]
    [InlineData("failed to resolve reference \"localhost:1/x:y\": failed to do request: dial tcp 127.0.0.1:1: connect: connection refused", RunnerFailure.RegistryUnreachable)]
    [InlineData("Error response from daemon: denied", RunnerFailure.PullUnauthorized)]
    [InlineData("Error response from daemon: open /var/lib/docker/tmp/x: permission denied", RunnerFailure.PullFailed)]
    [InlineData("Error response from daemon: acme/leofs:1: something else", RunnerFailure.PullFailed)]
    [InlineData("unexpected EOF", RunnerFailure.RegistryUnreachable)]
    [InlineData("Error: short-name \"nosuch\" did not resolve to an alias and no unqualified-search registries are defined in \"/etc/containers/registries.conf\"", RunnerFailure.ImageNotFound)]
    [InlineData("Error: initializing source docker://localhost:5000/x:latest: reading manifest latest in localhost:5000/x: manifest unknown: manifest unknown", RunnerFailure.ImageNotFound)]
    [InlineData("Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?", RunnerFailure.DaemonNotRunning)]
    [InlineData("write /var/lib/docker/tmp/x: no space left on device", RunnerFailure.DiskFull)]
    public void A_pull_that_fails_has_a_reason(string text, RunnerFailure expected) =>
        Assert.Equal(expected, EngineMessages.WhyNotPulled(text));

    [Theory]
    [InlineData(127, "[FATAL tini (7)] exec nosuch failed: No such file or directory", RunnerFailure.CommandNotFound, "exec: \"prog\": No such file or directory")]
    [InlineData(126, "[FATAL tini (7)] exec /etc/passwd failed: Permission denied", RunnerFailure.CommandNotExecutable, "exec: \"prog\": Permission denied")]
    [InlineData(1, "[FATAL tini (7)] exec sh failed: Exec format error", RunnerFailure.WrongPlatform, "exec: \"prog\": Exec format error")]
    [InlineData(1, "ERROR (catatonit:6): failed to exec pid1: No such file or directory", RunnerFailure.CommandNotFound, "exec: \"prog\": No such file or directory")]
    [InlineData(1, "ERROR (catatonit:6): failed to exec pid1: Permission denied", RunnerFailure.CommandNotExecutable, "exec: \"prog\": Permission denied")]
    [InlineData(1, "ERROR (catatonit:6): failed to exec pid1: Exec format error", RunnerFailure.WrongPlatform, "exec: \"prog\": Exec format error")]
    [InlineData(1, "exec /bin/sh: exec format error", RunnerFailure.WrongPlatform, "exec: \"prog\": exec format error")]
    [InlineData(255, "exec /w/arm: exec format error", RunnerFailure.WrongPlatform, "exec: \"prog\": exec format error")]
    [InlineData(1, "exec /w/crlf.sh: no such file or directory", RunnerFailure.CommandNotFound, "exec: \"prog\": no such file or directory")]
    [InlineData(255, "exec /w/crlf.sh: no such file or directory", RunnerFailure.CommandNotFound, "exec: \"prog\": no such file or directory")]
    [InlineData(255, "exec /w/denied: permission denied", RunnerFailure.CommandNotExecutable, "exec: \"prog\": permission denied")]
    [InlineData(1, "exec container process `/w/arm`: Exec format error", RunnerFailure.WrongPlatform, "exec: \"prog\": Exec format error")]
    [InlineData(1, "exec container process (missing dynamic library?) `/w/crlf.sh`: No such file or directory", RunnerFailure.CommandNotFound, "exec: \"prog\": No such file or directory")]
    public void A_program_that_an_init_cannot_start_has_a_reason(int exitCode, string text, RunnerFailure expected, string shown)
    {
        Assert.True(EngineMessages.StartsFailure(text));
        Assert.True(EngineMessages.IsFailureToExecute(exitCode, text));
        Assert.Equal((expected, shown), (EngineMessages.WhyNotStarted(exitCode, text), EngineMessages.NotExecuted("prog", text)));
    }

    [Theory]
    [InlineData(1, "exec /w/x: something else")]
    [InlineData(2, "exec /w/x: exec format error")]
    [InlineData(1, "exec /w/x: no such file or directory\nmore")]
    [InlineData(255, "[FATAL tini (7)] exec sh failed: Exec format error")]
    [InlineData(255, "exec container process `/w/arm`: Exec format error")]
    public void What_else_a_command_says_is_its_own(int exitCode, string text) => Assert.False(EngineMessages.IsFailureToExecute(exitCode, text));

    [Theory]
    [InlineData(125, false, true, true)]
    [InlineData(126, false, true, true)]
    [InlineData(127, false, null, true)]
    [InlineData(1, false, false, true)]
    [InlineData(1, false, null, true)]
    [InlineData(1, false, true, false)]
    [InlineData(0, false, false, false)]
    [InlineData(2, false, false, false)]
    [InlineData(0, true, true, true)]
    [InlineData(2, true, true, true)]
    [InlineData(3, true, false, false)]
    public void Other_exit_codes_are_the_commands(int exitCode, bool isPodman, bool? wasCreated, bool expected) =>
        Assert.Equal(expected, ClientExitCode.MayBeOfNoStart(exitCode, isPodman, wasCreated));

    [Theory]
    [InlineData("WARNING: Error loading config file: open /root/.docker/config.json: permission denied")]
    [InlineData("WARNING: Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.")]
    [InlineData("WARNING: The requested image's platform (linux/arm64) does not match the detected host platform (linux/amd64/v3) and no specific platform was requested")]
    [InlineData("Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.")]
    [InlineData("time=\"2026-11-23T03:00:00Z\" level=warning msg=\"x\"")]
    public void A_clients_remark_is_no_reason(string line)
    {
        Assert.True(EngineMessages.IsRemark(line));
        Assert.Equal("docker: x", EngineMessages.Report([line, "docker: x"]));
        Assert.Equal("", EngineMessages.Report([line]));
    }

    [Fact]
    public void An_error_of_podmans_is_one_where_there_is_no_other() =>
        Assert.Equal("time=\"x\" level=error msg=\"y\"", EngineMessages.Report(["time=\"x\" level=warning msg=\"x\"", "time=\"x\" level=error msg=\"y\""]));

    [Fact]
    public void A_report_leaves_out_blank_lines_and_the_hint_at_help() =>
        Assert.Equal("docker: a\nb", EngineMessages.Report(["docker: a", "", "b", "See 'docker run --help'.", "Run 'docker run --help' for more information"]));

    // Of crun, in the container's own standard error.
    [Fact]
    public void A_report_in_JSON_is_its_message()
    {
        string[] lines = ["{", """  "msg": "exec container process (missing dynamic library?) `\/w\/crlf.sh`: No such file or directory",""", """  "level": "error",""", """  "time": "2026-11-29T10:16:05.159590Z" """, "}"];

        Assert.True(EngineMessages.StartsFailure(lines[0]));
        Assert.Equal("exec container process (missing dynamic library?) `/w/crlf.sh`: No such file or directory", EngineMessages.Report(lines));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{", "}")]
    [InlineData("{", "  \"msg\": 1,", "  \"level\": \"error\"", "}")]
    [InlineData("{", "  \"msg\": \"of a command's own\",", "  \"level\": \"error\"", "}")]
    [InlineData("[", "]")]
    public void Other_JSON_stays_as_it_is(params string[] lines) => Assert.Equal(string.Join('\n', lines), EngineMessages.Report(lines));
}
