namespace RestrictedRunner.Tests;

public sealed class EngineLocatorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rr-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Program(string name, bool executable = true)
    {
        // To Windows a program is what has a program's ending.
        var path = Path.Combine(_folder, Here.Host.IsWindows && executable ? $"{name}.exe" : name);
        File.WriteAllText(path, "#!/bin/sh\n");
        UnixMode.Set(path, executable ? UnixFileMode.UserRead | UnixFileMode.UserExecute : UnixFileMode.UserRead);
        return path;
    }

    [Fact]
    public void Docker_comes_before_podman()
    {
        Program("podman");
        var docker = Program("docker");
        Assert.Equal(docker, EngineLocator.Find("auto", With(_folder)));
    }

    [Fact]
    public void Without_docker_it_is_podman()
    {
        Program("docker", executable: false);
        var podman = Program("podman");
        Assert.Equal(podman, EngineLocator.Find("auto", With($"/nonexistent{Path.PathSeparator}{_folder}")));
    }

    [Theory]
    [InlineData("auto", "docker executable not found in PATH, and podman neither")]
    [InlineData("docker", "docker executable not found in PATH")]
    [InlineData("podman", "podman executable not found in PATH")]
    [InlineData("/no/such/client", "there is no executable file '/no/such/client'")]
    public void A_missing_client_is_told(string engine, string message)
    {
        var exception = Assert.Throws<RunnerException>(() => EngineLocator.Find(engine, With(_folder)));
        Assert.Equal((RunnerFailure.ClientNotFound, message), (exception.Failure, exception.Message));
    }

    [Fact]
    public void A_relative_folder_in_the_path_is_not_searched()
    {
        Program("docker");
        // From the current folder, because on Windows no relative path leads to another drive.
        var relative = Path.GetRandomFileName();
        Directory.CreateDirectory(relative);
        try
        {
            foreach (var file in Directory.GetFiles(_folder))
            {
                File.Copy(file, Path.Combine(relative, Path.GetFileName(file)));
            }

            Assert.NotNull(EngineLocator.Find("docker", With(Path.GetFullPath(relative))));
            Assert.Throws<RunnerException>(() => EngineLocator.Find("docker", With(relative)));
        }
        finally
        {
            Directory.Delete(relative, recursive: true);
        }
    }

    private static Host With(string searchPath) => Here.Host with { Variable = name => name == "PATH" ? searchPath : null };
}
