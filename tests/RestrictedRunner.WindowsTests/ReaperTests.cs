using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.WindowsTests;

/// <summary>What outlives a build that is killed. The end of its input is all that it hears of that.</summary>
public class ReaperTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [EngineFact]
    public async Task After_a_killed_build_it_removes_container_and_folder()
    {
        var reaper = new Reaper(Engine());
        await RunAsync(reaper.Container.Name);
        Directory.CreateDirectory(reaper.Folder);
        File.WriteAllText(Path.Combine(reaper.Folder, "script.sh"), "true");

        reaper.TakeOver();
        reaper.Dispose();

        await Until.IsSoAsync(Soon, async () => await CountAsync(reaper.Container.Name) == 0 && !Directory.Exists(reaper.Folder));
    }

    [EngineFact]
    public async Task After_a_step_that_has_ended_it_ends_and_removes_nothing()
    {
        var reaper = new Reaper(Engine());
        var another = new Reaper(Engine());
        await RunAsync(reaper.Container.Name);
        await RunAsync(another.Container.Name);
        reaper.Dispose();

        // By the time that this one is through, the other would be too.
        another.TakeOver();
        another.Dispose();
        await Until.IsSoAsync(Soon, async () => await CountAsync(another.Container.Name) == 0);

        Assert.Equal(1, await CountAsync(reaper.Container.Name));
        await Client.OutputAsync("docker", "rm", "--force", reaper.Container.Name);
    }

    // As after a kill of everything at once, the reaper too.
    [EngineFact]
    public async Task The_next_build_removes_what_a_killed_one_has_left()
    {
        var current = Host.OfThisMachine.Owner;
        var (abandoned, living) = (Container.New(current with { Started = "1" }, ""), Container.New(current, ""));
        foreach (var container in new[] { abandoned, living })
        {
            await Client.OutputAsync("docker", ["run", "--detach", "--name", container.Name, .. container.Labels.SelectMany(label => new[] { "--label", label }), TestImages.Busybox, "sleep", "300"]);
        }

        var removed = await DockerRunner.RemoveAbandonedAsync(new StepOptions { Engine = "docker" }, TestContext.Current.CancellationToken);

        Assert.Contains(abandoned.Name, removed);
        Assert.DoesNotContain(living.Name, removed);
        Assert.Equal((0, 1), (await CountAsync(abandoned.Name), await CountAsync(living.Name)));
        await Client.OutputAsync("docker", "rm", "--force", living.Name);
    }

    [Fact]
    public void The_owner_of_a_container_can_be_told_from_others()
    {
        var owner = Host.OfThisMachine.Owner;

        Assert.True(owner.CanJudge);
        Assert.StartsWith("windows.", owner.Text, StringComparison.Ordinal);
        Assert.False(Owner.Parse(owner.Text)!.HasEnded(owner));
        Assert.True((owner with { Started = "1" }).HasEnded(owner));
        Assert.True((owner with { ProcessId = 999_999 }).HasEnded(owner));
    }

    private static EngineProcess Engine() => EngineProcess.For(new StepOptions { Engine = "docker.exe" }, Host.OfThisMachine);

    private static Task<string> RunAsync(string name) => Client.OutputAsync("docker", "run", "--detach", "--name", name, TestImages.Busybox, "sleep", "300");

    private static async Task<int> CountAsync(string name) =>
        (await Client.OutputAsync("docker", "ps", "--all", "--filter", $"name={name}", "--format", "{{.Names}}")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}
