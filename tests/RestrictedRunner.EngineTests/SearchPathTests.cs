namespace RestrictedRunner.EngineTests;

/// <summary>PATH is the whole process's, so these run while no other test does.</summary>
[Collection(nameof(RunsAlone))]
public sealed class SearchPathTests : IDisposable
{
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        _folder.Dispose();
    }

    [Theory]
    [InlineData("docker", "docker executable not found in PATH")]
    [InlineData("podman", "podman executable not found in PATH")]
    [InlineData("auto", "docker executable not found in PATH, and podman neither")]
    public async Task A_client_that_is_not_on_PATH_is_told(string engine, string message)
    {
        Environment.SetEnvironmentVariable("PATH", _folder.Path);

        var failure = await Step.On(engine, "true").FailureAsync();

        Assert.Equal((RunnerFailure.ClientNotFound, message), (failure.Failure, failure.Message));
    }

    [Theory]
    [EachEngine(Only = Engines.Podman)]
    public async Task Auto_is_podman_where_there_is_no_docker(string engine)
    {
        File.CreateSymbolicLink(_folder["podman"], await Client.OutputAsync("which", engine));
        Environment.SetEnvironmentVariable("PATH", $"{_folder.Path}:/usr/sbin:/sbin");
        Assert.SkipWhen(File.Exists("/usr/sbin/docker"), "docker is where podman's helpers are");
        var watched = new Watched();

        Assert.Equal(0, (await Step.On("auto", "true").RunAsync(watched.Observer)).ExitCode);
        Assert.Equal(_folder["podman"], Assert.Single(watched.CommandLines)[0]);
    }
}
