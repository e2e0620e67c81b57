namespace RestrictedRunner.TestSupport;

/// <summary>Busybox with other settings, under a name of its own that goes with the test.</summary>
internal sealed class DerivedImage : IAsyncDisposable
{
    private readonly string _engine;

    private DerivedImage(string engine, string name) => (_engine, Name) = (engine, name);

    public string Name { get; }

    /// <summary>Busybox with instructions of a Dockerfile applied: <c>USER 1:1</c>.</summary>
    public static async Task<DerivedImage> CreateAsync(string engine, params string[] instructions)
    {
        // Podman gives names without a registry this one.
        var name = $"localhost/rr-test-{Guid.NewGuid():N}:1";
        var container = $"rr-test-{Guid.NewGuid():N}";
        await Client.OutputAsync(engine, "create", "--name", container, TestImages.Busybox, "true");
        await Client.OutputAsync(engine, ["commit", .. instructions.SelectMany(line => new[] { "--change", line }), container, name]);
        await Client.OutputAsync(engine, "rm", container);
        return new DerivedImage(engine, name);
    }

    public async ValueTask DisposeAsync() => await Client.OutputAsync(_engine, "rmi", "--force", Name);
}
