namespace RestrictedRunner.PackageTests;

public class StepChainSampleTests
{
    [EngineFact]
    public async Task Three_steps_run_in_the_order_of_what_they_need_and_only_when_it_has_changed()
    {
        var sample = new Sample("StepChain");

        var build = (await sample.BuildInItsOwnProcessAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings();

        string[] steps = ["SplitText: one word a line", "CountWords: how often each word is there", "GenerateCode: counts become C#"];
        Assert.Equal(steps, build.Texts.Where(steps.Contains));
        Assert.Equal(["3 a", "3 step", "2 not"], await sample.RunAsync());

        Assert.DoesNotContain((await sample.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings().Texts, steps.Contains);

        // The same words in another order: only the first step has something to do.
        await File.WriteAllTextAsync(sample["text/two.txt"], "Not changed is a step that has not run.\n", TestContext.Current.CancellationToken);
        build = (await sample.BuildAsync("-p:DockerExecCache=off")).SucceededWithoutWarnings();
        Assert.Equal(steps[..2], build.Texts.Where(steps.Contains));
    }
}
