using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>Remembers which images were built on this machine, and when a build last needed each, so that old ones can be removed.</summary>
/// <param name="Folder">Full path of a folder with a file for each image.</param>
/// <param name="Host">The machine.</param>
internal sealed record BuiltImageUses(string Folder, Host Host)
{
    private const string Ending = ".image";

    // So many at once take a second or two of the engine.
    private const int MostRemoved = 10;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private static readonly TimeSpan Noted = TimeSpan.FromDays(1);

    /// <summary>Those of this user; null if the user has no home.</summary>
    public static BuiltImageUses? OfUser(Host host) => CacheFolder.Default(host) is { } cache ? new(cache.BuiltImages, host) : null;

    /// <summary>Full path of the file that a build has open while it builds an image.</summary>
    public string Lock(EngineChoice engine, string image) => Path.Combine(Folder, $"{HashOf(engine, image)}.lock");

    /// <summary>A build needs an image. Once a day that is written down.</summary>
    public void Note(EngineChoice engine, string image)
    {
        var file = Path.Combine(Folder, HashOf(engine, image) + Ending);
        try
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > Noted)
            {
                Directory.CreateDirectory(Folder);
                File.WriteAllText(file, $"{engine.Client}\n{image}\n{engine.Context}\n");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then the image stays for longer, or for good.
        }
    }

    /// <summary>Removes images that no build has needed for a month, unless a container needs them.</summary>
    /// <param name="cancellation">Begins no other; one that is under way, and the first, comes to its end.</param>
    public async Task RemoveOldAsync(CancellationToken cancellation)
    {
        foreach (var file in Old().Take(MostRemoved))
        {
            try
            {
                if (await RemoveAsync(file).ConfigureAwait(false))
                {
                    File.Delete(file);
                    File.Delete(Path.ChangeExtension(file, ".lock"));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or RunnerException)
            {
                // The next build that builds an image tries again.
            }

            if (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<bool> RemoveAsync(string file) =>
        File.ReadAllText(file).Split('\n') is not [var engine, var image, var context, ..]
        || await EngineImages.RemoveBuiltAsync(image, new EngineChoice(engine, context).Options, Host, CancellationToken.None).ConfigureAwait(false);

    private IEnumerable<string> Old() =>
        Directory.Exists(Folder) ? Directory.GetFiles(Folder, $"*{Ending}").Where(static file => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > Kept) : [];

    private static string HashOf(EngineChoice engine, string image) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{engine.Client}\n{image}{(engine.Context.Length > 0 ? $"\n{engine.Context}" : "")}")))[..32].ToLowerInvariant();
}
