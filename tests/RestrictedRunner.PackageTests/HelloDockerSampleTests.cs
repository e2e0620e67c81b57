namespace RestrictedRunner.PackageTests;

public class HelloDockerSampleTests
{
    [EngineFact]
    public async Task It_prints_from_inside_a_container_in_every_build()
    {
        var sample = new Sample("HelloDocker");

        var first = await sample.BuildInItsOwnProcessAsync();
        var second = await sample.BuildAsync();

        Assert.Equal(["Hello from a container, where this shell is process 1"], first.SucceededWithoutWarnings().Output);
        Assert.Equal(first.Output, second.SucceededWithoutWarnings().Output);
    }
}
