using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.State;

/// <summary>Where the files are that remember the steps of one project. Other projects may have theirs in the same folder.</summary>
/// <param name="Folder">Full path, without a separator at its end.</param>
/// <param name="Project">Full path of the project's file.</param>
internal sealed partial record StateFolder(string Folder, string Project)
{
    // A file's name has at most 255 bytes, with the endings and what NewFile adds.
    private const int LongestName = 80;
    private const int KeptOfLongName = 64;
    private const int HashOfLongName = 16;
    private const int ShortHash = 8;
    private const string UpToDateEnding = ".uptodate";
    private const string DiscoveredEnding = ".discovered";

    /// <summary>The form of paths on the host.</summary>
    public HostPaths Host { get; init; } = RestrictedRunner.Hosts.Host.OfThisMachine.Paths;

    /// <summary>The <see cref="RemovedFiles"/>.</summary>
    public string Removed => Path.Combine(Folder, $"{Start}removed");

    /// <summary>The <c>RememberedImages</c>.</summary>
    public string Images => Path.Combine(Folder, $"{Start}images");

    /// <summary>Remembers what was read of an image's context.</summary>
    public string Context(string image) => Path.Combine(Folder, $"{Start}image-{HashOf(image)[..ShortHash]}.inputs");

    /// <summary>The <see cref="UpToDateProject"/>.</summary>
    /// <param name="scope">What the project is built for.</param>
    /// <param name="allFrameworks">True in the outer build of several frameworks, which looks at other steps than the builds of each.</param>
    public string UpToDate(BuildScope scope, bool allFrameworks) => Path.Combine(Folder, $"{Start}all-{HashOf($"{scope.Text}|{allFrameworks}")[..ShortHash]}{UpToDateEnding}");

    /// <summary>The <see cref="DiscoveredList"/>.</summary>
    /// <inheritdoc cref="UpToDate"/>
    public string Discovered(BuildScope scope, bool allFrameworks) => Path.ChangeExtension(UpToDate(scope, allFrameworks), DiscoveredEnding);

    /// <summary>A folder that is not there yet, for the files of steps that share a container.</summary>
    public StageFolder NewSharedStage(Owner owner) => new(Path.Combine(Folder, $"{SharedStart}{owner.Text}-{Guid.NewGuid().ToString("N")[..ShortHash]}{StatePaths.StageEnding}"));

    /// <summary>Full paths of such folders whose owner was killed.</summary>
    public IReadOnlyList<string> AbandonedStages(Owner current) =>
        [.. Entries().Where(entry => entry.Name.StartsWith(SharedStart, StringComparison.Ordinal) && Owner.Parse(entry.Name[SharedStart.Length..].Split('-')[0]) is { } owner && owner.HasEnded(current)).Select(entry => entry.FullName)];

    private string SharedStart => $"{Start}shared.";

    // By its way from here, because a checkout may be moved.
    private string Start => $"{Name(Host.Name(Project))}-{HashOf(Host.Relative(Folder, Project))[..ShortHash]}.";

    /// <summary>What remembers a step.</summary>
    /// <param name="step">Of one name there is a step for each framework, with outputs of its own.</param>
    public StatePaths Of(DeclaredStep step) => new(Path.Combine(Folder, $"{Start}{Name(step.Name)}-{HashOf(string.Join('\n', step.Outputs.Texts))[..ShortHash]}{StatePaths.StateEnding}"));

    /// <summary>
    /// The project's steps that are remembered, by the paths of their files, and those of a project that was in its folder and is
    /// there no longer: it may have had another name.
    /// </summary>
    /// <param name="except">Paths that are not wanted.</param>
    public IReadOnlyDictionary<string, StepState> Steps(IReadOnlySet<string> except) =>
        AllSteps(except)
            .Where(step => IsOurs(step.Key) || IsOfFormerProject(step.Value.Writer))
            .OrderBy(step => step.Key, StringComparer.Ordinal)
            .ToDictionary();

    /// <summary>The steps of whatever project that are remembered in the folder, by the paths of their files.</summary>
    /// <param name="except">Paths that are not wanted.</param>
    public IReadOnlyDictionary<string, StepState> AllSteps(IReadOnlySet<string> except) =>
        Entries().Where(entry => entry.Extension == StatePaths.StateEnding && !except.Contains(entry.FullName)).ToDictionary(entry => entry.FullName, entry => StateFile.Load(entry.FullName));

    /// <summary>A hash of the names of the states in the folder: another one when a state comes or goes.</summary>
    public string StateNames()
    {
        var names = Directory.Exists(Folder) ? Directory.GetFiles(Folder, $"*{StatePaths.StateEnding}") : [];
        Array.Sort(names, StringComparer.Ordinal);
        return HashOf(string.Join('/', names));
    }

    /// <summary>True when a step was one of a project that is there no longer.</summary>
    public bool IsOfFormerProject(StepWriter writer) =>
        writer.Project.Length > 0 && Host.Comparer.Equals(Host.Parent(writer.Project), Host.Parent(Project)) && !File.Exists(writer.Project) && File.Exists(Project);

    /// <summary>Tells the paths of states of the project's own steps from others.</summary>
    public Predicate<string> OwnStates()
    {
        var start = Host.Join(Folder, Start);
        return state => state.StartsWith(start, Host.Comparison);
    }

    /// <summary>Whether a file or folder where files of ours are is one of them: what remembers steps, or a log.</summary>
    public static bool IsName(string name) => NameOfOurs().IsMatch(name) || LogFilePlace.IsName(name);

    /// <summary>True while a step of another project is looked at or runs.</summary>
    public bool OthersAreBuilt() => Entries().Any(entry => entry.Extension == StatePaths.LockEnding && !IsOurs(entry.FullName) && FileLock.IsOpen(entry.FullName));

    /// <summary>
    /// Removes what is remembered of the project, and logs, and the folder if nothing else is in it: it may be any folder of the
    /// user's.
    /// </summary>
    /// <param name="gone">Paths of the states of other projects' steps that go too.</param>
    /// <param name="kept">Paths of the states of the project's own steps that stay remembered.</param>
    public void Remove(IEnumerable<string> gone, IEnumerable<string> kept)
    {
        var (goneSteps, keptSteps) = (gone.Select(StepIn).ToHashSet(), kept.Select(StepIn).ToHashSet());
        var isShared = Entries().Any(entry => NameOfOurs().IsMatch(entry.Name) && !IsOurs(entry.Name) && !goneSteps.Contains(StepIn(entry.Name)));
        Remove(entry =>
            LogFilePlace.IsName(entry) ? !isShared || entry.StartsWith($"{Path.GetFileName(Project)}-", StringComparison.Ordinal)
            : IsOurs(entry) ? !keptSteps.Contains(StepIn(entry))
            : goneSteps.Contains(StepIn(entry)));
        try
        {
            if (!Entries().Any())
            {
                Directory.Delete(Folder);
            }
        }
        catch (IOException)
        {
            // Another project has put something there a moment ago.
        }
    }

    /// <summary>Removes the parts of files that builds have left which were killed.</summary>
    public void RemoveAbandoned()
    {
        var own = new CallersFiles(Folder);
        foreach (var entry in Entries().Where(entry => NewFile.IsAbandoned(entry) && NameOfOurs().IsMatch(entry.Name)).ToList())
        {
            own.Remove(entry.FullName);
        }
    }

    /// <summary>Removes what is remembered of one step.</summary>
    /// <param name="state">Path of its state.</param>
    public void Forget(string state) => Remove(entry => NameOfOurs().IsMatch(entry) && StepIn(entry) == StepIn(state));

    /// <summary>Removes what is remembered of a project that is there no longer, and of none of its steps.</summary>
    /// <param name="step">One that it had.</param>
    public void ForgetFormerProject(StepWriter step)
    {
        if (IsOfFormerProject(step))
        {
            var former = this with { Project = step.Project };
            File.Delete(former.Removed);
            File.Delete(former.Images);
            Remove(entry => entry.StartsWith(former.Start, StringComparison.Ordinal) && entry.EndsWith(UpToDateEnding, StringComparison.Ordinal));
        }
    }

    private void Remove(Predicate<string> goes)
    {
        var own = new CallersFiles(Folder);
        foreach (var entry in Entries().Where(entry => goes(entry.Name)).ToList())
        {
            own.RemoveTree(entry.FullName);
        }
    }

    private IEnumerable<FileSystemInfo> Entries() => Directory.Exists(Folder) ? new DirectoryInfo(Folder).EnumerateFileSystemInfos() : [];

    private bool IsOurs(string path) => NameOfOurs().IsMatch(Path.GetFileName(path)) && Path.GetFileName(path).StartsWith(Start, StringComparison.Ordinal);

    // Of what is the project's and no step's, the start of its names.
    private static string StepIn(string path) => NameOfOurs().Match(Path.GetFileName(path)).Groups["step"].Value;

    // Each character beyond ASCII is escaped as up to nine, or as twelve. What is cut is longer than any that is not.
    private static string Name(string name)
    {
        var escaped = Uri.EscapeDataString(name);
        return escaped.Length <= LongestName ? escaped : $"{escaped[..KeptOfLongName]}-{HashOf(name)[..HashOfLongName]}";
    }

    private static string HashOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();

    // Earlier versions wrote ".written".
    [GeneratedRegex(@"\A(?<step>.*-[0-9a-f]{8})\.((state|lock|uptodate|written|removed|discovered|images|items|key|(inputs|outputs)(-root)?)(\.[0-9a-f]{32}\.new)?|stage|kept|shell)\z", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex NameOfOurs();
}
