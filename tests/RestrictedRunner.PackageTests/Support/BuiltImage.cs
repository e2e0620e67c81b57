namespace RestrictedRunner.PackageTests;

/// <summary>A name for a <c>DockerImage</c> item that no other test has; what is built under it goes with the test.</summary>
internal sealed class BuiltImage : IAsyncDisposable
{
    private readonly string _engine;

    public BuiltImage(string engine) => _engine = engine;

    public string Name { get; } = $"tools-{Guid.NewGuid():N}"[..14];

    /// <summary>The names that the engine has such images by.</summary>
    public async Task<IReadOnlyList<string>> AllAsync() =>
        (await Client.OutputAsync(_engine, "images", "--filter", "label=restricted-runner.image", "--format", "{{.Repository}}:{{.Tag}}")).Split('\n').Where(image => image.EndsWith($":{Name}", StringComparison.Ordinal)).ToList();

    public async Task RemoveAsync()
    {
        foreach (var image in await AllAsync())
        {
            await Client.OutputAsync(_engine, "image", "rm", "--force", image);
        }
    }

    public async ValueTask DisposeAsync() => await RemoveAsync();
}
