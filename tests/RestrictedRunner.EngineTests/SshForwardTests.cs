using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;

namespace RestrictedRunner.EngineTests;

/// <summary>An engine behind ssh, with the real client and server of ssh.</summary>
public class SshForwardTests
{
    [RemoteTheory]
    [InlineData("DOCKER_HOST")]
    [InlineData("DOCKER_CONTEXT")]
    [InlineData("Context")]
    public async Task All_calls_go_through_one_connection_that_ends_with_the_build(string way)
    {
        var host = Host(way == "DOCKER_HOST" ? (way, RemoteEngine.Ssh) : (way, RemoteEngine.SshContext));
        using var forwards = new SshForwards(host);
        host = host with { Forward = forwards.Find };
        var options = Step.Direct(Engines.Docker, "hostname") with { Context = way == "Context" ? RemoteEngine.SshContext : "", Hostname = RemoteEngine.HostName };
        var details = new List<string>();
        var lines = new List<string>();
        var observer = new RunObserver { Output = line => lines.Add(line.Text), Detail = details.Add };

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(0, (await DockerRunner.RunInBuildAsync(host, options, new ImagePulls(), new Transfers(), observer, captureOutput: false, TestContext.Current.CancellationToken)).ExitCode);
        }

        Assert.Empty(details);
        Assert.Equal([RemoteEngine.HostName, RemoteEngine.HostName, RemoteEngine.HostName], lines);
        var socket = forwards.Find(await Client.OutputAsync("which", Engines.Docker), options.Context)!.Path!;
        Assert.Equal(RemoteEngine.HostName, await Client.OutputAsync(Engines.Docker, "--host", $"unix://{socket}", "info", "--format", "{{.Name}}"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(socket)!));
        Assert.Single(Processes.WithText($"ControlPath={Path.GetDirectoryName(socket)}"), process => process.Contains(": /usr/bin/ssh", StringComparison.Ordinal));

        forwards.Dispose();
        await Until.IsSoAsync(TimeSpan.FromSeconds(10), () => !Directory.Exists(Path.GetDirectoryName(socket)) && Processes.WithText(Path.GetDirectoryName(socket)!).Count == 0);
    }

    // ssh speaks through a terminal, of which a build has none, and would ask there.
    [RemoteTheory]
    [InlineData("ssh://root@127.0.0.1:1", "connect to host 127.0.0.1 port 1: Connection refused")]
    [InlineData("ssh://root@nowhere.invalid", "Could not resolve hostname nowhere.invalid")]
    [InlineData("unknown key", "Host key verification failed.")]
    [InlineData("nobody's key", "root@127.0.0.1: Permission denied (publickey")]
    [InlineData("no engine there", "ssh may not connect to '/nowhere.sock' there")]
    public async Task Why_there_is_no_connection_is_told(string way, string why)
    {
        using var folder = new TempFolder();
        await Client.OutputAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder["key"]);
        var settings = way switch
        {
            "unknown key" => "-o UserKnownHostsFile=/dev/null",
            "nobody's key" => $"-F none -o IdentityFile={folder["key"]} -o UserKnownHostsFile={OtherMachines.OfEngine("ssh/known-hosts")}",
            _ => "",
        };
        folder.Write("ssh", $"#!/bin/sh\nexec {RemoteEngine.SearchPath.Split(':')[0]}/ssh {settings} \"$@\"\n");
        var endpoint = way switch
        {
            "no engine there" => $"{RemoteEngine.Ssh}/nowhere.sock",
            _ when way.StartsWith("ssh:", StringComparison.Ordinal) => way,
            _ => RemoteEngine.Ssh,
        };
        var path = folder["bin/ssh"];
        await Client.OutputAsync("install", "-D", "-m", "755", folder["ssh"], path);
        var host = Host(("DOCKER_HOST", endpoint), ("PATH", $"{Path.GetDirectoryName(path)}:{RemoteEngine.SearchPath}"));
        using var forwards = new SshForwards(host);

        var socket = forwards.Find(await Client.OutputAsync("which", Engines.Docker), "");

        Assert.Null(socket!.Path);
        Assert.StartsWith("One connection by ssh for the whole build cannot be had, so each call of docker's client makes its own: ", socket.Remark, StringComparison.Ordinal);
        Assert.True(socket.Remark.Contains(why, StringComparison.Ordinal), socket.Remark);
    }

    private static Host Host(params (string Name, string Value)[] variables)
    {
        var known = new Dictionary<string, string> { ["DOCKER_CONFIG"] = RemoteEngine.DockerConfig, ["PATH"] = RemoteEngine.SearchPath };
        foreach (var (name, value) in variables)
        {
            known[name] = value;
        }

        return Hosts.Host.OfThisMachine with { Variable = name => known.GetValueOrDefault(name) ?? (name is "DOCKER_HOST" or "DOCKER_CONTEXT" ? null : Environment.GetEnvironmentVariable(name)) };
    }
}
