using System.Diagnostics;
using System.Globalization;

namespace RestrictedRunner.EngineTests;

/// <summary>What a killed process left is removed, and nothing else.</summary>
public class AbandonedTests
{
    [Theory]
    [EachEngine]
    public async Task Containers_whose_owner_has_ended_are_removed_and_no_others(string engine)
    {
        using var gate = new Gate();
        var watched = new Watched();
        var run = (Step.On(engine, $"echo started; {Gate.Wait}") with { Mounts = [gate.Mount] }).RunAsync(watched.Observer);
        await watched.SeesAsync("started", run);
        var living = watched.ContainerNames[0];
        var owner = (await Client.OutputAsync(engine, "inspect", "--format", "{{index .Config.Labels \"restricted-runner.owner\"}}", living)).Split('.');
        var (boot, space, self, started) = (owner[0], owner[1], owner[2], owner[3]);
        var dead = await EndedProcessAsync();
        var others = new List<string>
        {
            // Another boot or another process namespace has processes of its own.
            await CreateAsync(engine, $"00000000.{space}.{dead}.{started}"),
            await CreateAsync(engine, $"{boot}.1.{dead}.{started}"),
            // Owned by this process, though not started by it.
            await CreateAsync(engine, $"{boot}.{space}.{self}.{started}"),
            // Of another machine, and of nobody that is known.
            await CreateAsync(engine, $"{boot}.{space}.{dead}.{started}", "elsewhere"),
            await CreateAsync(engine, "nonsense"),
        };
        var note = $"note={Guid.NewGuid():N}";
        var abandoned = new List<string>
        {
            await CreateAsync(engine, $"{boot}.{space}.{dead}.{started}", more: note),
            // The number of this process, at a time when it was another's.
            await CreateAsync(engine, $"{boot}.{space}.{self}.1", more: note),
            await CreateAsync(engine, $"{boot}.{space}.{dead}.{started}", start: true, more: note),
        };
        try
        {
            var removed = await DockerRunner.RemoveAbandonedAsync(new StepOptions { Engine = engine }, TestContext.Current.CancellationToken);

            // Whatever else builds on this machine may have been first.
            Assert.Empty(removed.Intersect(others.Append(living)));
            await Leftovers.AssertNoContainerAsync(engine, $"label={note}");
            var left = await Client.OutputAsync(engine, "ps", "--all", "--format", "{{.Names}}");
            Assert.Empty(others.Append(living).Except(left.Split('\n')));

            gate.Open();
            Assert.Equal(0, (await run).ExitCode);
        }
        finally
        {
            // Podman 4.3 removes none of several when one is not there, unless told to.
            await Client.CallAsync(engine, ["rm", "--force", .. engine == Engines.Podman ? ["--ignore"] : Array.Empty<string>(), .. others, .. abandoned]);
        }
    }

    [Theory]
    [EachEngine]
    public async Task Temporary_folders_of_a_process_that_has_ended_are_removed_and_no_others(string engine)
    {
        using var gate = new Gate();
        var watched = new Watched();
        var run = (Step.On(engine, $"echo started; {Gate.Wait}") with { Mounts = [gate.Mount] }).RunAsync(watched.Observer);
        await watched.SeesAsync("started", run);
        var owned = Directory.EnumerateDirectories(TestRun.Folder, "rr-*.*.*.*-*").First();
        var owner = Path.GetFileName(owned).Split('-')[1].Split('.');

        // Everything gets its name when it is complete: another test's look for abandoned folders comes at any time.
        var abandoned = Path.Combine(TestRun.Folder, $"rr-{owner[0]}.{owner[1]}.{await EndedProcessAsync()}.{owner[3]}-{Guid.NewGuid():N}");
        (await FolderWithScriptAsync()).MoveTo(abandoned);
        var foreign = Directory.CreateDirectory(Path.Combine(TestRun.Folder, $"rr-somebody-{Guid.NewGuid():N}"));

        // What anybody could put there to have another's files removed.
        var others = await FolderWithScriptAsync();
        await Client.OutputAsync("chown", "65534", others.FullName);
        others.MoveTo($"{abandoned}0");
        var link = File.CreateSymbolicLink(Path.Combine(TestRun.Folder, Guid.NewGuid().ToString("N")), others.FullName);
        await Client.OutputAsync("chown", "--no-dereference", "65534", link.FullName);
        await Client.OutputAsync("mv", link.FullName, $"{abandoned}1");

        await DockerRunner.RemoveAbandonedAsync(new StepOptions { Engine = engine }, TestContext.Current.CancellationToken);

        Assert.False(Directory.Exists(abandoned));
        Assert.True(Directory.Exists(foreign.FullName));
        Assert.True(File.Exists(Path.Combine(others.FullName, "script.sh")));
        foreign.Delete();
        File.Delete($"{abandoned}1");
        others.Delete(recursive: true);
        gate.Open();
        Assert.Equal(0, (await run).ExitCode);
    }

    [Theory]
    [EachEngine]
    public async Task A_label_that_a_user_chose_does_not_make_anothers_container_abandoned(string engine)
    {
        using var gate = new Gate();
        var watched = new Watched();
        var run = (Step.On(engine, $"echo started; {Gate.Wait}") with { Mounts = [gate.Mount] }).RunAsync(watched.Observer);
        await watched.SeesAsync("started", run);
        var living = watched.ContainerNames[0];
        var owner = (await Client.OutputAsync(engine, "inspect", "--format", "{{index .Config.Labels \"restricted-runner.owner\"}}", living)).Split('.');
        var dead = $"{owner[0]}.{owner[1]}.{await EndedProcessAsync()}.{owner[3]}";
        var forger = await CreateAsync(engine, dead, more: $"note=x\n{living} restricted-runner.owner={dead}\nz");
        try
        {
            await DockerRunner.RemoveAbandonedAsync(new StepOptions { Engine = engine }, TestContext.Current.CancellationToken);

            Assert.Equal(living, await Client.OutputAsync(engine, "ps", "--filter", $"name={living}", "--format", "{{.Names}}"));
            gate.Open();
            Assert.Equal(0, (await run).ExitCode);
        }
        finally
        {
            await Client.CallAsync(engine, "rm", "--force", forger);
        }
    }

    [Theory]
    [EachEngine(Only = Engines.Docker)]
    public async Task An_engine_that_does_not_answer_is_no_failure(string engine)
    {
        using var client = new ClientScript(engine, "export DOCKER_HOST=unix:///nowhere/docker.sock");

        Assert.Empty(await DockerRunner.RemoveAbandonedAsync(new StepOptions { Engine = client.Path }, TestContext.Current.CancellationToken));
    }

    private static async Task<string> CreateAsync(string engine, string owner, string? host = null, bool start = false, string more = "note=")
    {
        var name = $"rr-{Guid.NewGuid():N}";
        await Client.OutputAsync(
            engine,
            [start ? "run" : "create", .. start ? ["--detach"] : Array.Empty<string>(), "--pull", "never", "--stop-timeout", "0", "--name", name, "--label", $"restricted-runner.host={host ?? Environment.MachineName}", "--label", $"restricted-runner.owner={owner}", "--label", more, TestImages.Busybox, "sleep", "60"]);
        return name;
    }

    private static async Task<DirectoryInfo> FolderWithScriptAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(TestRun.Folder, Guid.NewGuid().ToString("N")));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "script.sh"), "x", TestContext.Current.CancellationToken);
        return folder;
    }

    /// <summary>Number of a process that was there and is no more.</summary>
    private static async Task<string> EndedProcessAsync()
    {
        using var process = Process.Start("true");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.Id.ToString(CultureInfo.InvariantCulture);
    }
}
