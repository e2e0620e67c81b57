namespace RestrictedRunner.TestSupport;

/// <summary>The name of an image that a test has pulled; what it names goes with the test.</summary>
internal sealed class PulledImage(string engine, string name) : IAsyncDisposable
{
    private readonly HashSet<string> _ids = [];

    public string Name => name;

    /// <summary>Remembers what the name stands for now, before another image gets the name.</summary>
    public async Task RememberAsync() => _ids.Add(await Client.OutputAsync(engine, "image", "inspect", "--format", "{{.Id}}", name));

    public async ValueTask DisposeAsync()
    {
        // After a test that failed early there may be nothing to remove.
        await Client.CallAsync(engine, ["rmi", "--force", name, .. _ids]);
    }
}
