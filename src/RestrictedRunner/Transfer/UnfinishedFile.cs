using RestrictedRunner.Hosts;

namespace RestrictedRunner.Transfer;

/// <summary>A file that comes into its place at once when it is whole, or not at all.</summary>
/// <param name="place">Full path of its place.</param>
internal sealed class UnfinishedFile(string place) : IDisposable
{
    private string? _temporary;

    /// <summary>What is written of it; null before it begins.</summary>
    public FileStream? Content { get; private set; }

    /// <summary>Begins it, beside its place.</summary>
    /// <param name="start">What it starts with.</param>
    /// <param name="count">How many bytes of that.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public async Task BeginAsync(Stream start, long count, CancellationToken cancellation)
    {
        _temporary = $"{place[..^Path.GetFileName(place).Length]}.restricted-runner-{Guid.NewGuid():N}";
        Content = new FileStream(_temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }.With(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var buffer = new byte[Math.Min(count, 128 * 1024)];
        for (var rest = count; rest > 0; rest -= buffer.Length)
        {
            buffer = rest < buffer.Length ? buffer[..(int)rest] : buffer;
            await start.ReadExactlyAsync(buffer, cancellation).ConfigureAwait(false);
            await Content.WriteAsync(buffer, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Puts it in its place.</summary>
    /// <param name="prepare">Gives the file, at the path that it has so far, what else it needs.</param>
    /// <exception cref="IOException">It cannot be put there.</exception>
    public void Put(Action<string> prepare)
    {
        Content!.Dispose();
        prepare(_temporary!);
        File.Move(_temporary!, place, overwrite: true);
        _temporary = null;
    }

    /// <summary>Removes it, unless it is in its place.</summary>
    public void Dispose()
    {
        Content?.Dispose();
        if (_temporary is not null)
        {
            File.Delete(_temporary);
        }
    }
}
