using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Engine;

namespace RestrictedRunner.Transfer;

/// <summary>
/// Folders of inputs that an engine keeps: each in a volume of a carrier that has its digest as a name. A carrier gets the name
/// when it is filled, in one call, so that none with a name is half filled; and a run that names one which is not there is
/// refused, so that nobody has to ask before. Whoever removes one takes nothing from a container that runs with it.
/// </summary>
internal static class KeptInputs
{
    /// <summary>Label of a carrier that is kept, or is to be.</summary>
    public const string Label = $"{Container.LabelPrefix}inputs";

    private const string SizeLabel = $"{Container.LabelPrefix}bytes";
    private const string Prefix = "restricted-runner-inputs-";

    // What is used every day is copied once a week; what is not costs the engine's disk no longer than that.
    private static readonly TimeSpan LongestKept = TimeSpan.FromDays(7);

    // Of all together, on one engine.
    private const long MostBytes = 10L * 1000 * 1000 * 1000;

    /// <summary>Name of the carrier that has a folder.</summary>
    /// <param name="containerPath">Where the folder is in the container.</param>
    /// <param name="digest">What stands for its content.</param>
    public static string NameOf(string containerPath, string digest) =>
        $"{Prefix}{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{containerPath}\0{digest}")))[..40].ToLowerInvariant()}";

    /// <summary>True for a failure of a run because of a carrier that is not there.</summary>
    public static bool IsMissing(RunnerException failure, string name) => failure.Message.Contains(name, StringComparison.Ordinal);

    /// <summary>Labels of a carrier that is to be kept.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">Bytes in its volume.</param>
    public static IReadOnlyList<string> Labels(string name, long bytes) => [$"{Label}={name}", string.Create(CultureInfo.InvariantCulture, $"{SizeLabel}={bytes}")];

    /// <summary>Removes what is older than a week, and the oldest of what is more than the engine is to keep.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="keep">Names that a step needs now.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task RemoveOldAsync(EngineProcess engine, IReadOnlyList<string> keep, CancellationToken cancellation)
    {
        var answer = await engine.AskAsync(["ps", "--all", "--filter", $"label={Label}", "--format", $"{{{{.Names}}}} {{{{.Label \"{SizeLabel}\"}}}} {{{{.CreatedAt}}}}"], cancellation).ConfigureAwait(false);
        foreach (var name in TooMany(answer is { ExitCode: 0 } ? answer.StandardOutput : "", DateTimeOffset.UtcNow).Except(keep))
        {
            await engine.AskAsync(["rm", "--force", "--volumes", name], cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Names of those in a list that are to go.</summary>
    /// <param name="list">A line for each: name, bytes, and when it was made, such as <c>2026-11-30 20:37:22 +0000 UTC</c>.</param>
    /// <param name="now">The time.</param>
    public static IEnumerable<string> TooMany(string list, DateTimeOffset now)
    {
        var bytes = 0L;
        foreach (var (name, size, made) in list.Split('\n').Select(Read).OfType<(string Name, long Size, DateTimeOffset Made)>().OrderByDescending(kept => kept.Made))
        {
            bytes += size;
            if (now - made > LongestKept || bytes > MostBytes)
            {
                yield return name;
            }
        }
    }

    // Podman adds fractions of a second.
    private static (string Name, long Size, DateTimeOffset Made)? Read(string line) =>
        line.Split(' ') is [var name, var size, var day, var time, var zone, ..]
        && name.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
        && DateTimeOffset.TryParseExact($"{day} {time.Split('.')[0]} {zone}", "yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var made)
            ? (name, bytes, made)
            : null;
}
