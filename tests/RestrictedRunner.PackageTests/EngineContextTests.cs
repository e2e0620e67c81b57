namespace RestrictedRunner.PackageTests;

/// <summary>Engines that are reached by a context, or by ssh.</summary>
public class EngineContextTests
{
    private const string RunsAnyway = "ContinueOnError=\"ErrorAndContinue\"";

    [RemoteFact]
    public async Task A_way_to_an_engine_that_leads_nowhere_is_an_error_that_says_why()
    {
        using var settings = new TempFolder();
        await AddContextAsync(settings, "refused", "ssh://root@127.0.0.1:1");
        await AddContextAsync(settings, "unknown", RemoteEngine.Ssh.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        var project = TestProject.WithTarget(
            $"""
            <DockerExec Image="busybox" Arguments="true" Context="nope" {RunsAnyway} />
            <DockerExec Image="busybox" Arguments="true" Engine="podman" Context="nope" {RunsAnyway} />
            <DockerExec Image="busybox" Arguments="true" Context="a b" {RunsAnyway} />
            <DockerExec Image="busybox" Arguments="true" Context="refused" {RunsAnyway} />
            <DockerExec Image="busybox" Arguments="true" Context="unknown" {RunsAnyway} />
            """);

        var build = await project.BuildAsync(new BuildSetting { Environment = Environment(("DOCKER_CONFIG", settings.Path), ("PATH", RemoteEngine.SearchPath)) });

        var errors = build.Errors;
        Assert.NotEqual(0, build.ExitCode);
        Assert.Equal(
            [
                new("RRB2040", project.File, project.LineOf("Context=\"nope\""), "docker has no context 'nope'; it has default, refused, unknown. Correct Context, or add the engine: 'docker context create NAME --docker host=…' ('podman system connection add')."),
                new("RRB2040", project.File, project.LineOf("Engine=\"podman\""), "Error: failed to resolve active destination: \"nope\" service destination not found. Correct Context, or add the engine: 'docker context create NAME --docker host=…' ('podman system connection add')."),
            ],
            errors.Take(2));
        Assert.Equal("RRB2041", errors[3].Code);
        Assert.Equal(
            "The engine is on another machine, and ssh does not lead to it: ssh: connect to host 127.0.0.1 port 1: Connection refused. Check the machine's name, its port, and the network; 'ssh -l root -p 1 -- 127.0.0.1 docker version' has to work without a question.",
            errors[3].Text);
        Assert.Equal("RRB2041", errors[4].Code);
        Assert.Contains("Host key verification failed. The machine's key is not known here, or is not the one that is known, and a build answers no questions. Connect once by hand, and compare the key; ", errors[4].Text, StringComparison.Ordinal);
        Assert.Equal(5, errors.Count);
        Assert.Equal("RRB1003", errors[2].Code);
    }

    [RemoteFact]
    public async Task A_step_runs_where_its_context_leads_and_a_build_makes_one_connection_by_ssh()
    {
        var project = TestProject.WithTarget(
            $"""
            <DockerExec Image="busybox" Arguments="hostname" DockerRunOpts="--uts host" />
            <DockerExec Image="busybox" Arguments="hostname" DockerRunOpts="--uts host" Context="{RemoteEngine.Context}" />
            <DockerExec Image="busybox" Arguments="hostname" DockerRunOpts="--uts host" Context="{RemoteEngine.SshContext}" />
            <DockerExec Image="busybox" Arguments="hostname" DockerRunOpts="--uts host" Context="{RemoteEngine.SshContext}" />
            """);
        using var folder = new TempFolder();
        folder.Write("source", $"#!/bin/sh\necho \"$*\" >>{folder["calls"]}\nexec {RemoteEngine.SearchPath.Split(':')[0]}/ssh \"$@\"\n");
        await Client.OutputAsync("install", "-D", "-m", "755", folder["source"], folder["bin/ssh"]);

        var build = await project.BuildAsync(new BuildSetting { Environment = Environment(("DOCKER_CONFIG", RemoteEngine.DockerConfig), ("PATH", $"{folder["bin"]}:{RemoteEngine.SearchPath}")) });

        Assert.Equal([System.Environment.MachineName, RemoteEngine.HostName, RemoteEngine.HostName, RemoteEngine.HostName], build.SucceededWithoutWarnings().Output);
        Assert.Contains(build.CommandLines, line => line.Text.Contains($" --context {RemoteEngine.SshContext} run ", StringComparison.Ordinal));

        // One that connects, and two that ask through it.
        var calls = await File.ReadAllLinesAsync(folder["calls"], TestContext.Current.CancellationToken);
        Assert.Equal(3, calls.Length);
        Assert.Single(calls, call => call.StartsWith("-N -T ", StringComparison.Ordinal));
        Assert.Equal(2, calls.Count(call => call.StartsWith("-F none ", StringComparison.Ordinal)));
    }

    private static Dictionary<string, string?> Environment(params (string Name, string? Value)[] variables) => variables.ToDictionary(variable => variable.Name, variable => variable.Value);

    private static async Task AddContextAsync(TempFolder settings, string name, string endpoint) =>
        await Client.OutputAsync("docker", "--config", settings.Path, "context", "create", name, "--docker", $"host={endpoint}");
}
