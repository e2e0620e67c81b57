using System.Collections.Concurrent;

namespace RestrictedRunner.EngineTests;

/// <summary>The images that more than one test needs, each made once.</summary>
public sealed class DerivedImages : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Engine, string Instruction), Lazy<Task<DerivedImage>>> _made = [];

    /// <summary>Name of the image that is busybox with an instruction of a Dockerfile applied: <c>USER 1:1</c>.</summary>
    internal async Task<string> NameAsync(string engine, string instruction) =>
        (await _made.GetOrAdd((engine, instruction), static key => new(() => DerivedImage.CreateAsync(key.Engine, key.Instruction))).Value).Name;

    public async ValueTask DisposeAsync()
    {
        foreach (var image in _made.Values)
        {
            await using var made = await image.Value;
        }
    }
}
