using System.Text;
using Google.Protobuf;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Commands;
using RestrictedRunner.Planning;
using Action = RestrictedRunner.Build.RemoteExecution.Action;
using Duration = Google.Protobuf.WellKnownTypes.Duration;

namespace RestrictedRunner.Build.Cluster;

/// <summary>
/// A step in the form in which a cluster runs it: an action of the Remote Execution API. It is not that of the step's key,
/// which names what no cluster knows, such as the id of an image.
/// </summary>
/// <param name="Action">Command, inputs and platform by their digests.</param>
/// <param name="Command">What runs.</param>
/// <param name="Inputs">All inputs, below one folder, and the script beside that.</param>
internal sealed record ClusterAction(Action Action, Command Command, InputTree Inputs)
{
    /// <summary>Longest time that a step may run that does not say: an action whose client dies runs on until its time is over.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromHours(1);

    // Where inputs are laid over the image's own files, the project is where it also is in a container of ours. Elsewhere the
    // inputs are in a folder that only the worker knows.
    private static readonly string Root = ProjectMount.Path.TrimStart('/');
    private static readonly string ScriptName = RunArguments.ScriptMountPoint.TrimStart('/');

    // The one that engines set for an image that says nothing.
    private static readonly EnvironmentVariable DefaultPath = new("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");

    // A prepare command may go to another folder, so the file is known to the script by its whole path.
    private const string PreparedVariable = "RESTRICTED_RUNNER_PREPARED";

    /// <summary>A file, relative to the working directory, that there is when the prepare command is through.</summary>
    public const string PreparedFile = ".restricted-runner.prepared";

    /// <summary>Digest of <see cref="Action"/>.</summary>
    public Digest Digest { get; } = Digests.Of(Action);

    /// <summary>True when the command begins with a prepare command.</summary>
    public bool HasPrepare { get; init; }

    /// <summary>Text of the script; null where none is needed.</summary>
    public string? Script { get; init; }

    /// <summary>What the cluster has to have beside the inputs' contents.</summary>
    public IEnumerable<Blob> Blobs => Inputs.Folders.Values.Concat<IMessage>([Command, Action]).Select(Blob.Of).Concat(Script is null ? [] : [Blob.Of(Encoding.UTF8.GetBytes(Script))]);

    /// <summary>Says what a cluster is to run.</summary>
    /// <param name="options">The step.</param>
    /// <param name="outputs">What it writes, all of it relative to the project's folder.</param>
    /// <param name="inputs">What it reads, in the tree of its inputs.</param>
    /// <param name="projectInTree">The project's folder in that tree; empty when it is the root.</param>
    /// <param name="image">Its image.</param>
    /// <param name="properties">What the project says of the cluster.</param>
    public static ClusterAction Of(StepOptions options, DeclaredOutputs outputs, IReadOnlyList<InputEntry> inputs, string projectInTree, ClusterImage image, ClusterProperties properties)
    {
        var plan = CommandPlan.For(options, OwnPlaces.Mounted with { Prepared = $"\"${PreparedVariable}\"" });
        var command = new Command
        {
            Arguments = { Arguments(plan, options, projectInTree, image) },
            EnvironmentVariables = { Variables(options, image) },
            WorkingDirectory = At(projectInTree),
            OutputPaths = { OutputPaths(outputs, plan.HasPrepare) },
        };
        var tree = InputTree.Of([.. inputs.Select(Below), .. Folders(inputs, outputs, projectInTree), .. ScriptFile(plan.Script)]);
        var action = new Action
        {
            CommandDigest = Digests.Of(command),
            InputRootDigest = tree.Root,
            Timeout = Duration.FromTimeSpan(options.Timeout == Timeout.InfiniteTimeSpan ? DefaultTimeout : options.Timeout),
            Platform = PlatformOf(properties.Of(options, image.Reference)),
        };
        return new(action, command, tree) { HasPrepare = plan.HasPrepare, Script = plan.Script };
    }

    /// <summary>Paths that are to come back, relative to the working directory: of a glob, the folder that it begins in.</summary>
    public static IReadOnlyList<string> OutputPaths(DeclaredOutputs outputs) =>
        [.. OutputPath.Outermost(outputs.Paths.Select(path => OutputPath.Of(outputs.Host.Relative(outputs.ProjectDirectory, path.Glob.Start)))).Select(OutputPath.Ordinary).Order(Utf8Order.Comparer)];

    private static IEnumerable<string> OutputPaths(DeclaredOutputs outputs, bool hasPrepare) =>
        hasPrepare ? OutputPaths(outputs).Append(PreparedFile).Order(Utf8Order.Comparer) : OutputPaths(outputs);

    // A shell reads it from a file, as in a container of ours: "sh -c" of busybox counts lines from 0, an argument has at most
    // 128 KiB, and not every shell calls the option so.
    private static IEnumerable<string> Arguments(CommandPlan plan, StepOptions options, string projectInTree, ClusterImage image)
    {
        var up = string.Concat(At(projectInTree).Split('/').Select(static _ => "../"));
        string[] script = plan.Script is null ? [] : [up + ScriptName];
        string[] prepare = plan.HasPrepare ? ["sh", "-c", $"{PreparedVariable}=$PWD/{PreparedFile}; export {PreparedVariable}; exec \"$@\"", "sh"] : [];
        IEnumerable<string> entrypoint = options.Entrypoint switch
        {
            "" => image.Entrypoint,
            "none" => [],
            var program => [program],
        };
        return [.. entrypoint, .. prepare, .. plan.Words, .. script];
    }

    // The step's own come last, and win.
    private static IEnumerable<Command.Types.EnvironmentVariable> Variables(StepOptions options, ClusterImage image) =>
        new[] { DefaultPath }.Concat(image.Variables ?? []).Concat(options.EnvironmentVariables)
            .GroupBy(variable => variable.Name, (name, variables) => new Command.Types.EnvironmentVariable { Name = name, Value = variables.Last().Value })
            .OrderBy(variable => variable.Name, Utf8Order.Comparer);

    private static Platform PlatformOf(IReadOnlyList<ActionProperty> properties) => new()
    {
        Properties =
        {
            properties.Distinct()
                .OrderBy(property => property.Name, Utf8Order.Comparer)
                .ThenBy(property => property.Value, Utf8Order.Comparer)
                .Select(property => new Platform.Types.Property { Name = property.Name, Value = property.Value }),
        },
    };

    private static IEnumerable<InputEntry> ScriptFile(string? script) =>
        script is null ? [] : [new InputEntry.File(ScriptName, Digests.Of(Encoding.UTF8.GetBytes(script)), IsExecutable: false)];

    private static string At(string path) => path.Length == 0 ? Root : $"{Root}/{path}";

    private static InputEntry Below(InputEntry entry) => entry with { Path = At(entry.Path) };

    // Those that are there when a step starts: the project's, and of each output the one that it is in.
    private static IEnumerable<InputEntry> Folders(IReadOnlyList<InputEntry> inputs, DeclaredOutputs outputs, string projectInTree)
    {
        var others = inputs.Where(entry => entry is not InputEntry.Folder).Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        return outputs.Paths.Select(path => outputs.Host.Relative(outputs.ProjectDirectory, path.Folder))
            .Where(folder => folder != ".")
            .Select(folder => ProjectTree.PathAt(projectInTree.Length == 0 ? 0 : projectInTree.Count(character => character == '/') + 1, folder))
            .Append(projectInTree)
            .Distinct()
            // A link to a folder among the inputs is in its place.
            .Where(folder => !Above(folder).Any(others.Contains))
            .Select(folder => new InputEntry.Folder(At(folder)));
    }

    private static IEnumerable<string> Above(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            yield return path[..end];
        }
    }
}
