using System.Runtime.InteropServices;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;

namespace RestrictedRunner.EngineTests;

/// <summary>What a registry says that a name stands for, through the engine's client.</summary>
[Collection(nameof(FromRegistries))]
[OfThisMachine]
public class RegistryImageTests(Registries registries)
{
    private static string Processor => RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    [Theory]
    [EachEngine]
    public async Task Of_an_index_each_platform_is_told_and_nothing_is_pulled(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        var (images, index) = await registry.PublishIndexAsync(engine, $"{name}:1", "x"u8.ToArray(), "amd64", "arm64", "s390x");
        using var client = registry.ClientFor(engine);

        var found = await FindAsync(client, $"{registry.Address}/{name}:1");

        Assert.Equal(images.ToDictionary(image => $"linux/{image.Key}", image => image.Value), found.Digests);
        Assert.DoesNotContain(index, found.Digests.Values);
        Assert.False(found.IsLocal);
        Assert.Equal(["image", "manifest"], client.Calls);

        // What the digest names is what runs.
        await using var image = new PulledImage(engine, $"{registry.Address}/{name}@{found.Digests[$"linux/{Processor}"]}");
        Assert.Equal("x", await (Step.On(client.Path, "cat /added;") with { Image = image.Name }).OutputAsync());
    }

    [Theory]
    [EachEngine]
    public async Task A_single_image_has_the_digest_of_the_registry_and_a_moved_name_another(string engine)
    {
        var registry = await registries.Open;
        var name = Registries.NewName();
        var first = await registry.PublishAsync(engine, $"{name}:1");
        using var client = registry.ClientFor(engine);
        await using var image = new PulledImage(engine, $"{registry.Address}/{name}:1");

        Assert.Equal(first, Assert.Single((await FindAsync(client, image.Name)).Digests).Value);

        // Podman describes a single image without its digest, and so pulls it.
        Assert.Equal(engine == Engines.Docker ? ["image", "manifest"] : ["image", "manifest", "pull", "image"], client.Calls);
        var second = await registry.PublishAsync(engine, $"{name}:1", "other"u8.ToArray());
        Assert.NotEqual(first, second);
        Assert.Equal(second, Assert.Single((await FindAsync(client, image.Name)).Digests).Value);
    }

    [Theory]
    [EachEngine]
    public async Task An_image_that_came_from_no_registry_is_local_and_no_registry_is_asked(string engine)
    {
        await using var image = await DerivedImage.CreateAsync(engine, "USER 1:1");
        using var client = new ClientScript(engine);

        var found = await FindAsync(client, image.Name);

        Assert.True(found.IsLocal);
        var id = await Client.OutputAsync(engine, "image", "inspect", "--format", "{{.Id}}", image.Name);
        Assert.Equal($"sha256:{id.Replace("sha256:", "", StringComparison.Ordinal)}", found.Digests[$"linux/{Processor}"]);
        Assert.Equal(["image"], client.Calls);
    }

    [Theory]
    [EachEngine]
    public async Task An_image_that_was_pushed_by_another_name_is_still_local_by_its_own(string engine)
    {
        var registry = await registries.Open;
        await using var image = await DerivedImage.CreateAsync(engine, "USER 2:2");
        await using var other = new PulledImage(engine, $"{registry.Address}/{Registries.NewName()}:1");
        using var pushing = registry.ClientFor(engine);
        await Client.OutputAsync(pushing.Path, "tag", image.Name, other.Name);
        await Client.OutputAsync(pushing.Path, "push", other.Name);
        using var client = new ClientScript(engine);

        Assert.True((await FindAsync(client, image.Name)).IsLocal);
        Assert.Equal(["image"], client.Calls);
    }

    [Theory]
    [EachEngine]
    public async Task An_absent_image_and_one_without_a_password_are_told_apart(string engine)
    {
        var (open, closed) = (await registries.Open, await registries.Closed);
        var name = Registries.NewName();
        await closed.PublishAsync(engine, $"{name}:1");
        using var stranger = open.ClientFor(engine, morePorts: closed.Port);
        using var owner = closed.ClientWithPassword(engine);
        await using var image = new PulledImage(engine, $"{closed.Address}/{name}:1");

        Assert.Equal(RunnerFailure.ImageNotFound, (await Assert.ThrowsAsync<RunnerException>(() => FindAsync(stranger, $"{open.Address}/{name}:1"))).Failure);
        Assert.Equal(RunnerFailure.PullUnauthorized, (await Assert.ThrowsAsync<RunnerException>(() => FindAsync(stranger, image.Name))).Failure);
        Assert.Single((await FindAsync(owner, image.Name)).Digests);
    }

    [Theory]
    [EachEngine]
    public async Task An_engine_that_does_not_answer_is_told(string engine)
    {
        var lie = Engines.Is(engine, Engines.Docker) ? "export DOCKER_HOST=unix:///nowhere.sock" : "export CONTAINER_HOST=unix:///nowhere.sock; set -- --remote \"$@\"";
        using var client = new ClientScript(engine, lie);

        Assert.Equal(RunnerFailure.DaemonNotRunning, (await Assert.ThrowsAsync<RunnerException>(() => FindAsync(client, TestImages.Busybox))).Failure);
    }

    private static Task<ImageDigests> FindAsync(ClientScript client, string image) => DockerRunner.FindDigestsAsync(
        Host.OfThisMachine,
        new StepOptions { Engine = client.Path, Image = image },
        new ImagePulls(),
        new RunObserver(),
        TestContext.Current.CancellationToken);
}
