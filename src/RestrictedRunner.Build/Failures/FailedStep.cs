using System.Globalization;
using System.Text.RegularExpressions;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Build.ToolMessages;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Failures;

/// <summary>A step that failed, with all that can prove why.</summary>
/// <param name="Options">The step.</param>
/// <param name="ExitCode">The command's.</param>
/// <param name="LastLines">The last lines of its output, those of standard error first.</param>
internal sealed partial record FailedStep(StepOptions Options, int ExitCode, IReadOnlyList<string> LastLines)
{
    private static readonly string[] FolderOptions = ["-v", "--volume", "--mount", "--tmpfs", "-w", "--workdir"];

    /// <summary>Where its shell stopped; null when that is not known.</summary>
    public FailedLine? At { get; init; }

    /// <summary>Of a hermetic step, the folders of the host whose copies it sees; else null.</summary>
    public MountMap? Originals { get; init; }

    /// <summary>The same of a step that is not hermetic and runs on copies, because the engine does not see the project's folder; null for another.</summary>
    public MountMap? Copied { get; init; }

    /// <summary>What the host knows.</summary>
    public HostFacts Host { get; init; } = HostFacts.Of(RestrictedRunner.Hosts.Host.OfThisMachine);

    /// <summary>What the output complains of.</summary>
    public IReadOnlyList<Complaint> Complaints { get; init; } = [.. LastLines.Select(Complaint.Read).OfType<Complaint>()];

    /// <summary>What the container sees of the host.</summary>
    public MountMap Mounts => new(Host.Paths, Options.Mounts, Options.Tmpfs);

    /// <summary>False when <c>DockerRunOpts</c> may show the container more, or start it elsewhere.</summary>
    public bool KnowsFolders => !RunOpts.Split(Options.DockerRunOpts).Any(word => FolderOptions.Any(option => word.StartsWith(option, StringComparison.Ordinal)));

    /// <summary>What it runs.</summary>
    public string Text => $"{Options.PrepareCommand}\n{Options.Command}\n{ShellWords.Join(Options.Arguments)}";

    /// <summary>The folders that the command goes to: relative names may start there.</summary>
    public IEnumerable<string> ChangedFolders => Changes().Matches(Text).Select(change => change.Text("to"));

    /// <summary>The user that the step runs as; null for root, to whom nothing is denied, and where only the image knows.</summary>
    public uint? User => (Options.User == CurrentUser.Option ? Host.Caller : uint.TryParse(Options.User.Split(':')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0) is > 0 and var user ? user : null;

    /// <summary>The sentence that a rule has for the first complaint of a kind for which it has one.</summary>
    public string? First(Func<string, string?> rule, params ComplaintKind[] kinds) =>
        Complaints.Where(complaint => kinds.Contains(complaint.Kind)).Select(complaint => rule(complaint.Subject)).FirstOrDefault(sentence => sentence is not null);

    /// <summary>The container's path of a name in the output; null where that depends on what is not known.</summary>
    public string? InContainer(string name) =>
        !KnowsFolders ? null
        : name.StartsWith('/') ? ContainerPath.Normal(name)
        : Options.WorkDir.Length > 0 && ChangedFolders.FirstOrDefault(name) == name ? ContainerPath.Normal($"{Options.WorkDir}/{name}")
        : null;

    /// <summary>The host's file of a name in the output; null when no mount shows it.</summary>
    public string? OnHost(string name) => InContainer(name) is { } path ? Mounts.OnHost(path) : null;

    [GeneratedRegex(@"(^|[\s;&|(])((cd|pushd)\s+|make\b.*\s(-C|--directory)[\s=]*)(?<to>[^\s'""`;|&<>()]*)", RegexOptions.ExplicitCapture | RegexOptions.Multiline)]
    private static partial Regex Changes();
}
