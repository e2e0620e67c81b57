using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Paths;

namespace RestrictedRunner.Build.State;

/// <summary>
/// What a step wrote when it last succeeded. Only this is ever removed for it: whatever else is among its outputs may be
/// the user's. Gradle has the same rule:
/// https://docs.gradle.org/current/userguide/build_cache_concepts.html#concepts_overlapping_outputs
/// </summary>
/// <param name="Contents">What was in each file, by its <see cref="OutputPath"/> from the project's folder.</param>
internal sealed record WrittenFiles(IReadOnlyDictionary<string, string> Contents)
{
    private const string Folder = "/";
    private const string LinkTo = "-> ";
    private const string Unknown = "?";
    private const string StampMark = "@ ";

    /// <summary>No files.</summary>
    public static readonly WrittenFiles None = new(new Dictionary<string, string>());

    /// <summary>What the step changed in place, which it may not remove: what was in each file, by its path.</summary>
    public IReadOnlyDictionary<string, string> InPlace { get; init; } = new Dictionary<string, string>();

    /// <summary>Files and links, sorted by their paths.</summary>
    public IEnumerable<string> Files => Contents.Keys.Where(path => Contents[path] != Folder).Order(Utf8Order.Comparer);

    /// <summary>Those of a result that was put into the project.</summary>
    public static WrittenFiles Of(IEnumerable<InputEntry> entries) => new(entries.ToDictionary(entry => entry.Path, Content));

    /// <summary>Those that a run left, as they are now.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static WrittenFiles Of(IEnumerable<OutputOnDisk> outputs, CancellationToken cancellation) =>
        new(outputs.ToDictionary(output => output.Path, output => Content(output, cancellation)));

    /// <summary>The same without a look into them, which may take long: each is told by its <see cref="FileStamp"/>.</summary>
    public static WrittenFiles ByStamps(IEnumerable<OutputOnDisk> outputs) =>
        new(outputs.ToDictionary(output => output.Path, output => output.IsFile ? Stamp(output) : Content(output, CancellationToken.None)));

    /// <summary>The same, with some that are never as the step wrote them: nobody removes those for it.</summary>
    public WrittenFiles WithoutContent(IReadOnlyList<OutputOnDisk> outputs)
    {
        HashSet<string> paths = [.. outputs.Select(output => output.Path)];
        return this with
        {
            Contents = Contents.ToDictionary(file => file.Key, file => paths.Contains(file.Key) ? Unknown : file.Value),
            InPlace = Contents.Where(file => paths.Contains(file.Key)).ToDictionary(),
        };
    }

    /// <summary>The same, with some that are the step's no more than that it changed them.</summary>
    public WrittenFiles Without(Predicate<string> path) => this with
    {
        Contents = Contents.Where(file => !path(file.Key)).ToDictionary(),
        InPlace = InPlace.Concat(Contents.Where(file => path(file.Key) && !InPlace.ContainsKey(file.Key))).ToDictionary(),
    };

    /// <summary>True for the path of what the step made, and did not only change.</summary>
    public bool IsOwn(string path) => Contents.ContainsKey(path) && !InPlace.ContainsKey(path);

    /// <summary>True for what is still as the step wrote it. A file that the user has put in its place is the user's.</summary>
    public bool Has(OutputOnDisk output, CancellationToken cancellation) =>
        Contents.TryGetValue(output.Path, out var content)
        && content == (content.StartsWith(StampMark, StringComparison.Ordinal) ? Stamp(output) : Content(output, cancellation));

    /// <summary>The same, and what was changed in place and is as it was then.</summary>
    public bool Made(OutputOnDisk output, CancellationToken cancellation) =>
        Has(output, cancellation) || (InPlace.TryGetValue(output.Path, out var content) && content == Content(output, cancellation));

    /// <summary>Those that are there, and still as the step wrote them; each folder before its content.</summary>
    public IEnumerable<OutputOnDisk> FindIn(string projectDirectory, CancellationToken cancellation) =>
        Contents.Keys.Order(Utf8Order.Comparer).Select(path => OutputOnDisk.At(projectDirectory, path)).OfType<OutputOnDisk>().Where(output => Has(output, cancellation));

    private static string Stamp(OutputOnDisk output) => $"{StampMark}{(output.IsLink ? null : FileStamp.Of(output.Info.FullName))}";

    private static string Content(OutputOnDisk output, CancellationToken cancellation) =>
        output.IsLink ? LinkTo + output.Target
        : output.IsFolder ? Folder
        : output.IsFile ? Digests.OfFile(output.Info.FullName, cancellation).Hash
        : "";

    private static string Content(InputEntry entry) => entry switch
    {
        InputEntry.Link link => LinkTo + link.Target,
        InputEntry.File file => file.Digest.Hash,
        _ => Folder,
    };
}
