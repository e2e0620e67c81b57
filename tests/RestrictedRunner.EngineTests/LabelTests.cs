using System.Text.RegularExpressions;

namespace RestrictedRunner.EngineTests;

public partial class LabelTests
{
    [Theory]
    [EachEngine]
    public async Task Labels_are_those_of_the_caller_beside_those_that_say_whose_the_container_is(string engine)
    {
        using var gate = new Gate();
        var watched = new Watched();
        var run = (Step.On(engine, $"echo started; {Gate.Wait}") with { Labels = ["step=a b, c=\"d\"", "empty"], Mounts = [gate.Mount] }).RunAsync(watched.Observer);

        await watched.SeesAsync("started", run);
        var labels = (await LabelsAsync(engine, watched.ContainerNames[0])).ToList();
        gate.Open();

        Assert.Equal(
            ["empty=", $"restricted-runner.host={Environment.MachineName}", labels.Single(label => OwnerLabel().IsMatch(label)), TestRun.OwnerLabel, "step=a b, c=\"d\""],
            labels.Except(await LabelsAsync(engine, TestImages.Busybox)));
        Assert.Equal(0, (await run).ExitCode);
    }

    [GeneratedRegex(@"\Arestricted-runner\.owner=[0-9a-f]{8}\.[0-9]+_[0-9]+\.[0-9]+\.[0-9]+\z")]
    private static partial Regex OwnerLabel();

    private static async Task<IEnumerable<string>> LabelsAsync(string engine, string name)
    {
        const string format = """{{range $name, $value := .Config.Labels}}{{$name}}={{$value}};{{end}}""";
        return (await Client.OutputAsync(engine, "inspect", "--format", format, name)).Split(';', StringSplitOptions.RemoveEmptyEntries);
    }
}
