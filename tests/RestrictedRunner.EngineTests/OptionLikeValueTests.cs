namespace RestrictedRunner.EngineTests;

/// <summary>What could be read as an option of the client is refused before there is a process.</summary>
public class OptionLikeValueTests
{
    [Theory]
    [InlineData(nameof(StepOptions.Image), "-v")]
    [InlineData(nameof(StepOptions.Image), "--privileged")]
    [InlineData(nameof(StepOptions.Image), "busybox --privileged")]
    [InlineData(nameof(StepOptions.Image), "-it busybox")]
    [InlineData(nameof(StepOptions.Image), "busybox\n")]
    [InlineData(nameof(StepOptions.Network), "--privileged")]
    [InlineData(nameof(StepOptions.Network), "host --privileged")]
    [InlineData(nameof(StepOptions.User), "-v/:/host")]
    [InlineData(nameof(StepOptions.WorkDir), "--privileged")]
    [InlineData(nameof(StepOptions.Memory), "--privileged")]
    [InlineData(nameof(StepOptions.Memory), "-1")]
    [InlineData(nameof(StepOptions.Memory), "64m --privileged")]
    [InlineData(nameof(StepOptions.MemoryReservation), "--privileged")]
    [InlineData(nameof(StepOptions.MemorySwap), "--privileged")]
    [InlineData(nameof(StepOptions.ShmSize), "-1")]
    [InlineData(nameof(StepOptions.Cpus), "-1")]
    [InlineData(nameof(StepOptions.Cpus), "--privileged")]
    [InlineData(nameof(StepOptions.Platform), "--privileged")]
    [InlineData(nameof(StepOptions.Entrypoint), "--privileged")]
    [InlineData(nameof(StepOptions.Hostname), "--privileged")]
    [InlineData(nameof(StepOptions.CapAdd), "--privileged")]
    [InlineData(nameof(StepOptions.CapDrop), "-v/:/host")]
    [InlineData(nameof(StepOptions.Dns), "--privileged")]
    [InlineData(nameof(StepOptions.DnsSearch), "--privileged")]
    [InlineData(nameof(StepOptions.SecurityOpt), "--privileged")]
    [InlineData(nameof(StepOptions.Ulimits), "--privileged")]
    [InlineData(nameof(StepOptions.AddHost), "--add-host=a:1")]
    [InlineData(nameof(StepOptions.GroupAdd), "--privileged")]
    [InlineData(nameof(StepOptions.Labels), "--privileged")]
    [InlineData(nameof(StepOptions.Tmpfs), "--privileged")]
    [InlineData(nameof(StepOptions.Engine), "--privileged")]
    [InlineData(nameof(StepOptions.DockerRunOpts), "busybox")]
    [InlineData(nameof(StepOptions.DockerRunOpts), "--rm=false")]
    [InlineData(nameof(StepOptions.DockerRunOpts), "-d")]
    public async Task It_is_refused_before_a_process_starts(string parameter, string value)
    {
        using var client = new ClientScript(Engines.Docker);
        var options = Step.On(client.Path, "true");
        var property = typeof(StepOptions).GetProperty(parameter)!;
        property.SetValue(options, property.PropertyType == typeof(string) ? value : new[] { value });

        var failure = await options.FailureAsync();

        Assert.Equal(RunnerFailure.OptionsInvalid, failure.Failure);
        Assert.Equal(parameter, Assert.Single(failure.Problems).Parameter);
        Assert.Empty(client.Calls);
    }
}
