namespace RestrictedRunner.Tests.Transfer;

public class CopyPlanTests
{
    private static async Task<CopyPlan> PlanAsync(StepOptions options, params string[] files)
    {
        var step = await PlannedStep.ForAsync(options with { Image = "busybox", Engine = "/bin/sh" }, Here.Host, TestContext.Current.CancellationToken, copies: true);
        using var own = new RunFiles(Here.Host, RunFiles.NewFolder(Here.Host), step.Plan.Script, environment: null, step.Plan.HasPrepare, hasPipes: false);
        return CopyPlan.Of(step, own, path => path.Contains("socket", StringComparison.Ordinal) ? null : !files.Contains(path));
    }

    private static string Text(CopyPlan plan) => string.Join(
        "; ",
        plan.Inputs.Select(input => $"keeps {input.ContainerPath}")
            .Concat(plan.Carriers.Select(carrier => $"{(carrier.Image == CarrierImage.Empty ? "empty" : carrier.Image.Name)} with {string.Join(' ', carrier.Volumes)} has {string.Join(' ', carrier.Content.Select(mount => mount.ContainerPath + (mount.ComesBack ? "*" : "")))}")));

    [Theory]
    [InlineData("", "")]
    [InlineData("/:/src:ro", "keeps /src")]
    [InlineData("/:/src", "empty with /src has /src*")]
    [InlineData("/:/src/./a/", "empty with /src/a has /src/a*")]
    [InlineData("/:/src:ro;/tmp:/src/usr", "keeps /src; empty with /src/usr has /src/usr*")]
    [InlineData("/tmp:/tmp;/:/src:ro;/bin/sh:/src/sh:ro", "empty with /tmp /src has /tmp* /src /src/sh")]
    [InlineData("/bin/sh:/etc/my/sh:ro;/bin/sh:/etc/my/other", "busybox with /etc/my has /etc/my/sh /etc/my/other*")]
    [InlineData("/tmp:/out;/bin/sh:/out/sh", "empty with /out has /out* /out/sh*")]
    public async Task Folders_that_are_only_read_are_kept_and_a_file_goes_into_the_place_of_its_folder(string mounts, string plan)
    {
        var options = new StepOptions { Arguments = ["true"], Mounts = [.. mounts.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => Mount.TryParse(text, out var mount) ? mount : throw new FormatException(text))] };

        Assert.Equal(plan, Text(await PlanAsync(options, "/bin/sh")));
    }

    [Fact]
    public async Task A_script_travels_as_an_argument_unless_it_is_long_or_its_shell_takes_none()
    {
        Assert.Equal("", Text(await PlanAsync(new() { Command = "a && b" })));
        Assert.Equal("empty with /.restricted-runner has /.restricted-runner/script.sh", Text(await PlanAsync(new() { Command = new string('x', 20_000) + ";" })));
        Assert.Equal("empty with /.restricted-runner has /.restricted-runner/script.sh", Text(await PlanAsync(new() { Command = "print(1)", Shell = "python3" })));
        Assert.Equal("empty with /.restricted-runner has /.restricted-runner/prepared*", Text(await PlanAsync(new() { Command = "a", PrepareCommand = "b" })));
    }

    [Theory]
    [InlineData("-v /a:/b", "-v /a:/b")]
    [InlineData("-v/a:/b:ro", "-v/a:/b:ro")]
    [InlineData("--volume=./a:/b", "--volume=./a:/b")]
    [InlineData("--rm-x --mount type=bind,src=/a,dst=/b", null)]
    [InlineData("--mount type=bind,src=/a,dst=/b", "--mount type=bind,src=/a,dst=/b")]
    [InlineData("--mount src=/a,type=bind,dst=/b", "--mount src=/a,type=bind,dst=/b")]
    [InlineData("--mount type=volume,src=a,dst=/b -v a:/b -v /c --env-file x --label -v", null)]
    public void A_path_of_the_host_is_found_among_free_options(string options, string? found) => Assert.Equal(found, RunOpts.HostMount(options));

    [Fact]
    public async Task What_cannot_be_copied_is_an_error_that_says_what()
    {
        foreach (var (options, text) in ((StepOptions, string)[])
            [
                (new() { DockerRunOpts = "-v /a:/b" }, "DockerRunOpts has '-v /a:/b', which mounts a path of this machine"),
                (new() { Mounts = [new("/proc", "/socket")] }, ""),
                (new() { Mounts = [new("/bin/sh", "/x")] }, "the file '/bin/sh' is to be at '/x', and a single file cannot be copied to the root"),
                (new() { Secrets = [new("key") { File = "/etc/passwd" }] }, "it has Secrets, and no shell runs its command"),
            ])
        {
            var failure = await Record.ExceptionAsync(() => PlanAsync(options with { Arguments = ["true"] }, "/bin/sh"));
            Assert.Equal((text.Length > 0, text.Length > 0 ? RunnerFailure.NotCopyable : null), (failure is not null, (failure as RunnerException)?.Failure));
            Assert.Contains(text, failure?.Message ?? "", StringComparison.Ordinal);
        }
    }
}
