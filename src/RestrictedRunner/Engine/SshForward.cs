using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Engine;

/// <summary>
/// A connection to the machine of an engine for as long as a build lasts, and a socket of this machine that leads to the
/// engine. Without it each call of docker's client makes several connections of its own, which takes 4 to 10 times as long.
/// </summary>
internal sealed class SshForward : IDisposable
{
    /// <summary>Longest time, in seconds, that a machine may take to answer.</summary>
    public const int LongestConnect = 10;

    private const string Connected = "connected";
    private const string DockersSocket = "unix://";

    // With the random letters that ssh adds to the name of a socket that it makes, and the longest name that macOS takes.
    private const int LongestFolder = 104 - 30;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(LongestConnect + 5);

    // As with a Reaper: in a session of its own and nobody's child, so that it is there for the reapers of a build that is
    // killed with all its processes. When nobody holds its input open any more it ends after them: reapers and clients have
    // the socket among their words. They are through in five seconds, and nobody is waited for longer than eight. A kill,
    // because ssh is not to see the signals that a terminal sends, and then sees no other either.
    private const string Launch = """exec 3<&0 4>&1 </dev/null >/dev/null 2>&1; "$@" &""";
    private const string Script =
        """
        trap '' HUP INT QUIT TERM PIPE
        folder=$1
        shift
        in_use() {
            if [ -d /proc/self ]; then cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -qe "[u]nix://$folder/"
            else ps -axww -o command= | grep -qe "[u]nix://$folder/"
            fi
        }
        "$@" >&4 2>"$folder/log" 3<&- &
        connection=$!
        exec 4>&-
        read -r end <&3
        looks=40
        while [ "$end" != now ] && [ "$looks" -gt 0 ]; do
            sleep 0.2
            if in_use; then looks=$((looks - 1)); else end=now; fi
        done
        kill -9 "$connection"
        rm -rf "$folder"
        """;

    private readonly Process _process;
    private readonly string _folder;

    private SshForward(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>Full path of the socket.</summary>
    public string Socket => Path.Combine(_folder, "d");

    private string Control => Path.Combine(_folder, "c");

    /// <summary>Connects.</summary>
    /// <param name="address">The engine.</param>
    /// <param name="host">The machine.</param>
    /// <exception cref="RunnerException">Why there is no such connection, or none that leads to an engine.</exception>
    public static async Task<SshForward> StartAsync(SshAddress address, Host host)
    {
        var folder = NewFolder(host) ?? throw Failed("no folder for temporary files has a path that is short enough");
        UnixMode.CreateFolder(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var forward = new SshForward(Start(address, folder, host), folder);
        try
        {
            await forward.ConnectAsync(address, host).WaitAsync(Longest).ConfigureAwait(false);
            return forward;
        }
        catch (Exception e)
        {
            forward.EndNow();
            throw e is TimeoutException or IOException or SocketException ? Failed(e.Message) : e;
        }
    }

    /// <summary>Nobody needs it any more, but for what is being removed just now.</summary>
    public void Dispose()
    {
        _process.StandardInput.Dispose();
        _process.Dispose();
    }

    private static RunnerException Failed(string reason) => new(RunnerFailure.DaemonNotRunning, reason);

    // Sockets have short names. In a folder of this user alone: who can open the socket is root on the other machine.
    private static string? NewFolder(Host host)
    {
        var name = $"rr-ssh-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        return new[] { host.SystemTemporaryFolder, "/tmp" }.Select(folder => Path.Combine(folder, name)).FirstOrDefault(path => path.Length <= LongestFolder);
    }

    // As docker's client finds it.
    private static string Program(Host host) => host.SearchPath.Select(folder => Path.Combine(folder, "ssh")).FirstOrDefault(File.Exists) ?? throw Failed("ssh executable not found in PATH");

    private static Process Start(SshAddress address, string folder, Host host)
    {
        string[] ssh =
        [
            Program(host), "-N", "-T",
            // No question that nobody answers. What ssh believes and which keys it has is the user's own choice.
            "-o", "BatchMode=yes",
            "-o", $"ConnectTimeout={LongestConnect}",
            "-o", "ServerAliveInterval=15",
            "-o", "ControlMaster=yes",
            "-o", $"ControlPath={Path.Combine(folder, "c")}",
            "-o", "ControlPersist=no",
            "-o", "RemoteCommand=none",
            "-o", "PermitLocalCommand=yes",
            "-o", $"LocalCommand=echo {Connected}",
            .. address.Words,
        ];
        var start = new ProcessStartInfo("/bin/sh", ["-c", Launch, "sh", .. OwnSession.Words(host), "/bin/sh", "-c", Script, "restricted-runner-ssh", folder, .. ssh])
        {
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw Failed(e.Message);
        }
    }

    private async Task ConnectAsync(SshAddress address, Host host)
    {
        if (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) != Connected)
        {
            throw Failed(File.ReadAllText(Path.Combine(_folder, "log")).Trim());
        }

        var far = address.Socket.Length > 0 ? address.Socket : await AskForSocketAsync(host).ConfigureAwait(false);
        var answer = await CallAsync(host, "-O", "forward", "-L", $"{Socket}:{far}", "engine").ConfigureAwait(false);
        if (answer.ExitCode != 0)
        {
            throw Failed(answer.StandardError.Trim());
        }

        await AskEngineAsync(far).ConfigureAwait(false);
    }

    // The client of that machine knows where its engine is: the user's variables and contexts there hold for it.
    private async Task<string> AskForSocketAsync(Host host)
    {
        var answer = await CallAsync(host, "engine", "docker context inspect --format '{{.Endpoints.docker.Host}}'").ConfigureAwait(false);
        var endpoint = answer.StandardOutput.Trim();
        return answer.ExitCode == 0 && endpoint.StartsWith(DockersSocket, StringComparison.Ordinal)
            ? endpoint[DockersSocket.Length..]
            : throw Failed(answer.ExitCode == 0 ? $"the engine there is not at a socket, but at '{endpoint}'" : answer.StandardError.Trim());
    }

    // ssh listens here whether or not somebody listens there.
    private async Task AskEngineAsync(string far)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket)).ConfigureAwait(false);
        if (!await AnswersAsync(socket).ConfigureAwait(false))
        {
            throw Failed($"ssh may not connect to '{far}' there");
        }
    }

    private static async Task<bool> AnswersAsync(Socket socket)
    {
        try
        {
            await socket.SendAsync("GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"u8.ToArray()).ConfigureAwait(false);
            return await socket.ReceiveAsync(new byte[1]).ConfigureAwait(false) > 0;
        }
        catch (SocketException)
        {
            // ssh hangs up.
            return false;
        }
    }

    // Through the connection that there is: what the user has set up for ssh was read for that.
    private async Task<EngineAnswer> CallAsync(Host host, params string[] words) =>
        await new EngineProcess(host, Program(host), "/").AskAsync(["-F", "none", "-T", "-o", "BatchMode=yes", "-o", $"ControlPath={Control}", .. words]).ConfigureAwait(false)
        ?? throw Failed("the other machine does not answer");

    private void EndNow()
    {
        try
        {
            _process.StandardInput.WriteLine("now");
        }
        catch (IOException)
        {
            // It has ended before.
        }

        Dispose();
    }
}
