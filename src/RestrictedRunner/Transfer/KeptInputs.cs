using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Engine;

namespace RestrictedRunner.Transfer;

/// <summary>
/// Folders of inputs that an engine keeps, by their digests. One that is only read is in a volume of a carrier, and one that the
/// step may write to is an image, whose files the volume of each step begins with. Both get their names when they are whole, so
/// that none with a name is half filled; and a call that names one which is not there is refused, so that nobody has to ask
/// before. Whoever removes one takes nothing from a step that runs with it.
/// </summary>
internal static class KeptInputs
{
    /// <summary>Label of what is kept, or is to be.</summary>
    public const string Label = $"{Container.LabelPrefix}inputs";

    private const string SizeLabel = $"{Container.LabelPrefix}bytes";
    private const string Prefix = "restricted-runner-inputs-";

    // Of no registry, so that nobody's is ever pulled.
    private const string Repository = "localhost/restricted-runner/inputs";
    private const string Untagged = "<none>:<none>";

    // To send fewer takes no longer than to look whether they are there.
    private const int FewestFiles = 100;
    private const long FewestBytes = 5 * 1000 * 1000;

    // What is used every day is copied once a week; what is not costs the engine's disk no longer than that.
    private static readonly TimeSpan LongestKept = TimeSpan.FromDays(7);

    // Of all together, on one engine.
    private const long MostBytes = 10L * 1000 * 1000 * 1000;

    // An image without a name is one that another build is about to name, or that a build which was killed has left.
    private static readonly TimeSpan LongestUntagged = TimeSpan.FromHours(1);

    /// <summary>Name of the carrier that has a folder.</summary>
    /// <param name="containerPath">Where the folder is in the container.</param>
    /// <param name="digest">What stands for its content.</param>
    public static string NameOf(string containerPath, string digest) =>
        $"{Prefix}{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{containerPath}\0{digest}")))[..40].ToLowerInvariant()}";

    /// <summary>Name of the image that has folders which a step may write to.</summary>
    /// <param name="tree">What is in them.</param>
    public static string ImageOf(SentTree tree) => string.Create(CultureInfo.InvariantCulture, $"{Repository}:{tree.Digest}-{tree.Count.Bytes}");

    /// <summary>True for folders that an engine is to keep, though the step may write to them.</summary>
    /// <param name="count">What is in them.</param>
    public static bool IsWorthKeeping(TransferCount count) => count.Files >= FewestFiles || count.Bytes >= FewestBytes;

    /// <summary>True for a failure of a run because of a carrier that is not there.</summary>
    public static bool IsMissing(RunnerException failure, string name) => failure.Message.Contains(name, StringComparison.Ordinal);

    /// <summary>Labels of a carrier that is to be kept.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">Bytes in its volume.</param>
    public static IReadOnlyList<string> Labels(string name, long bytes) => [$"{Label}={name}", string.Create(CultureInfo.InvariantCulture, $"{SizeLabel}={bytes}")];

    /// <summary>Labels of an image that is to be kept.</summary>
    public static IReadOnlyList<string> ImageLabels => [$"{Label}=image"];

    /// <summary>Removes what is older than a week, and the oldest of what is more than the engine is to keep.</summary>
    /// <param name="engine">The client.</param>
    /// <param name="keep">Names that a step needs now.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task RemoveOldAsync(EngineProcess engine, IReadOnlyList<string> keep, CancellationToken cancellation)
    {
        var carriers = await ListAsync(["ps", "--all", "--filter", $"label={Label}", "--format", $"{{{{.Names}}}} {{{{.Label \"{SizeLabel}\"}}}} {{{{.CreatedAt}}}}"]).ConfigureAwait(false);
        var images = await ListAsync(["image", "ls", "--filter", $"label={Label}", "--format", "{{.Repository}}:{{.Tag}} {{.ID}} {{.CreatedAt}}"]).ConfigureAwait(false);
        foreach (var name in TooMany($"{carriers}\n{images}", DateTimeOffset.UtcNow).Except(keep))
        {
            await engine.AskAsync(name.StartsWith(Prefix, StringComparison.Ordinal) ? ["rm", "--force", "--volumes", name] : ["image", "rm", name], cancellation).ConfigureAwait(false);
        }

        async Task<string> ListAsync(IReadOnlyList<string> words) => await engine.AskAsync(words, cancellation).ConfigureAwait(false) is { ExitCode: 0 } answer ? answer.StandardOutput : "";
    }

    /// <summary>Names of those in a list that are to go.</summary>
    /// <param name="list">
    /// A line for each: name, bytes of a carrier or id of an image, and when it was made, such as <c>2026-11-30 20:37:22 +0000 UTC</c>.
    /// </param>
    /// <param name="now">The time.</param>
    public static IEnumerable<string> TooMany(string list, DateTimeOffset now)
    {
        var bytes = 0L;
        foreach (var kept in list.Split('\n').Select(Read).OfType<Kept>().OrderByDescending(kept => kept.Made))
        {
            bytes += kept.Bytes;
            if (now - kept.Made > kept.Longest || bytes > MostBytes)
            {
                yield return kept.Name;
            }
        }
    }

    // Podman adds fractions of a second.
    private static Kept? Read(string line) =>
        line.Split(' ') is [var name, var detail, var day, var time, var zone, ..]
        && DateTimeOffset.TryParseExact($"{day} {time.Split('.')[0]} {zone}", "yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var made)
            ? Read(name, detail, made)
            : null;

    private static Kept? Read(string name, string detail, DateTimeOffset made) =>
        name == Untagged ? new(detail, 0, made, LongestUntagged)
        : name.StartsWith(Prefix, StringComparison.Ordinal) && IsNumber(detail, out var bytes) ? new(name, bytes, made, LongestKept)
        : name.StartsWith($"{Repository}:", StringComparison.Ordinal) && IsNumber(name[(name.LastIndexOf('-') + 1)..], out bytes) ? new(name, bytes, made, LongestKept)
        : null;

    private static bool IsNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private sealed record Kept(string Name, long Bytes, DateTimeOffset Made, TimeSpan Longest);
}
