using System.Collections.Concurrent;
using CliWrap;

namespace RestrictedRunner.PackageTests;

/// <summary>A job of a CI service: a container with the .NET SDK and docker's client, whose files no engine sees.</summary>
internal sealed class CiJob : IAsyncDisposable
{
    private const string Checkout = "/builds/project";
    private const string Log = "/tmp/build.binlog";

    private readonly string _name = $"ci-job-{Guid.NewGuid():N}"[..24];

    private CiJob()
    {
    }

    /// <summary>A job with the socket of the host's engine.</summary>
    public static Task<CiJob> WithSocketAsync(TestProject project, IReadOnlyDictionary<string, string>? variables = null) =>
        StartAsync(project, ["--network", "host", "--volume", "/var/run/docker.sock:/var/run/docker.sock"], variables ?? new Dictionary<string, string>());

    /// <summary>A job with services.</summary>
    public static Task<CiJob> WithServicesAsync(TestProject project, CiServices services, IReadOnlyDictionary<string, string>? variables = null) =>
        StartAsync(project, ["--network", services.Network], variables ?? new Dictionary<string, string> { ["DOCKER_HOST"] = CiServices.DockerHost });

    /// <summary>Runs a script in the checkout.</summary>
    public async Task<DotNetResult> RunAsync(string script)
    {
        var lines = new ConcurrentQueue<string>();
        var command = Cli.Wrap(Engines.Docker).WithArguments(["exec", "--workdir", Checkout, _name, "bash", "-ec", script])
            .WithStandardOutputPipe(PipeTarget.ToDelegate(lines.Enqueue))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(lines.Enqueue))
            .WithValidation(CommandResultValidation.None);
        var result = await command.ExecuteAsync();
        return DotNet.Report(command, result.ExitCode, lines);
    }

    /// <summary>Runs a script that builds in the checkout, once.</summary>
    public async Task<Build> BuildAsync(string script)
    {
        var result = await RunAsync(script);
        using var folder = new TempFolder();
        await Client.OutputAsync(Engines.Docker, "cp", $"{_name}:{Log}", folder["log"]);
        return new(result, folder["log"]);
    }

    /// <summary>Text of a file in the checkout.</summary>
    public Task<string> ReadAsync(string file) => Client.OutputAsync(Engines.Docker, "exec", "--workdir", Checkout, _name, "cat", file);

    /// <summary>Ends the job as CI services do when it is cancelled: with all its processes, at once.</summary>
    public Task KillAsync() => Client.OutputAsync(Engines.Docker, "kill", _name);

    public async ValueTask DisposeAsync() => await Client.OutputAsync(Engines.Docker, "rm", "--force", "--volumes", _name);

    private static async Task<CiJob> StartAsync(TestProject project, IReadOnlyList<string> options, IReadOnlyDictionary<string, string> variables)
    {
        var job = new CiJob();
        string[] ours = ["CI=true", "DOTNET_NOLOGO=1", "DOTNET_CLI_TELEMETRY_OPTOUT=1", .. variables.Select(variable => $"{variable.Key}={variable.Value}")];
        await CiMachine.StartAsync(job._name, [.. options, .. ours.SelectMany(variable => new[] { "--env", variable })], ["tail", "-f", "/dev/null"]);
        project.Write("nuget.config", """<configuration><packageSources><clear /><add key="local" value="/builds/feed" /></packageSources></configuration>""");
        // MSBuild reads these options by itself.
        project.Write("Directory.Build.rsp", $"-bl:{Log};ProjectImports=None\n-tl:off\n");
        await Client.OutputAsync(Engines.Docker, "cp", TestRun.Feed, $"{job._name}:/builds/feed");
        await Client.OutputAsync(Engines.Docker, "cp", project.Folder, $"{job._name}:{Checkout}");
        return job;
    }
}
