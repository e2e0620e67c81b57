namespace RestrictedRunner.EngineTests;

/// <summary>One registry for all tests, and one that wants a password. Each test has names of its own there.</summary>
public sealed class Registries : IAsyncDisposable
{
    private readonly Lazy<Task<Registry>> _open = new(() => Registry.StartAsync());
    private readonly Lazy<Task<Registry>> _closed = new(() => Registry.StartAsync(withPassword: true));

    /// <summary>Gives its images to everybody.</summary>
    internal Task<Registry> Open => _open.Value;

    /// <summary>Gives them to those who have the password.</summary>
    internal Task<Registry> Closed => _closed.Value;

    /// <summary>A name that no other test has, without a tag.</summary>
    internal static string NewName() => $"tool-{Guid.NewGuid():N}";

    public async ValueTask DisposeAsync()
    {
        foreach (var registry in new[] { _open, _closed }.Where(registry => registry.IsValueCreated))
        {
            await using var started = await registry.Value;
        }
    }
}

/// <summary>The classes whose tests use them.</summary>
[CollectionDefinition(nameof(FromRegistries))]
public class FromRegistries : ICollectionFixture<Registries>;
