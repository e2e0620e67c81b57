using System.Collections;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Steps;

/// <summary>Reads <c>DockerExecStep</c> items. Metadata have the names of the task's parameters, and a few of their own.</summary>
/// <param name="defaults">Values of the properties <c>DockerExec…</c>, by the part of their names that follows.</param>
/// <param name="projectDirectory">Full path of the folder that relative paths start in.</param>
/// <param name="logFolder">Full path of the folder for logs of steps that fail.</param>
/// <param name="host">The machine that builds.</param>
/// <param name="secrets">The secrets that steps may name.</param>
internal sealed class StepReader(GivenValues defaults, string projectDirectory, string logFolder, Host host, DeclaredSecrets secrets)
{
    private const string Inputs = nameof(DeclaredStep.Inputs);
    private const string Outputs = nameof(DeclaredStep.Outputs);
    private const string DependsOn = nameof(DeclaredStep.DependsOn);
    private const string Description = nameof(DeclaredStep.Description);
    private const string Hermetic = nameof(DeclaredStep.Hermetic);
    private const string AllowEmptyInputs = nameof(DeclaredStep.AllowEmptyInputs);
    private const string DependencyFile = nameof(DeclaredOutputs.DependencyFile);
    private const string PerTargetFramework = "PerTargetFramework";
    private const string Workers = "Workers";

    /// <summary>Metadata that only the targets read.</summary>
    private static readonly string[] OfTargets = ["Compile", PerTargetFramework];

    // Properties that are no parameter's. A test compares them with those that the targets read.
    private static readonly string[] Switches = ["Enabled", "MaxParallel", "StopAtFailure", "ResolveImages", "Cache", "CacheSize", "CacheUrl", "CachePush", "CacheHeader", "CacheCertificate", "CacheCaBundle", "BeforeTargets", "StateFolder", "ItemTypes", "LockFile", "LockedMode", "Report", "Remote", "RemoteProperties", "RemoteFallback"];

    private readonly StepLines _lines = new();

    /// <summary>Every name that metadata may have.</summary>
    public static IReadOnlySet<string> MetadataNames { get; } =
        new HashSet<string>([.. Parameter.All.Keys, Inputs, Outputs, DependsOn, Description, Hermetic, AllowEmptyInputs, Workers, DependencyFile, .. OfTargets], StringComparer.OrdinalIgnoreCase);

    /// <summary>Every property of ours that a project may set.</summary>
    public static IReadOnlyList<string> PropertyNames { get; } =
        [.. Parameter.All.Keys.Concat([Hermetic, Workers]).Concat(Switches).Select(name => ProjectProperties.Prefix + name)];

    /// <summary>True for a step that the outer build of several frameworks leaves to the build of each.</summary>
    public static bool IsPerTargetFramework(ITaskItem item) => bool.TryParse(item.GetMetadata(PerTargetFramework), out var flag) && flag;

    /// <summary>Reads an item without defaults, for who runs nothing.</summary>
    public static DeclaredStep ReadAlone(ITaskItem item, string projectDirectory, Host host) => new StepReader(GivenValues.None, projectDirectory, projectDirectory, host, DeclaredSecrets.None).Read(item, static (_, _) => { });

    /// <summary>Reads an item.</summary>
    /// <param name="item">A <c>DockerExecStep</c>.</param>
    /// <param name="unknown">Is told the name of metadata that there is not.</param>
    public DeclaredStep Read(ITaskItem item, Action<DeclaredStep, string> unknown)
    {
        var metadata = Metadata(item);
        List<OptionProblem> problems = [];
        if (item.ItemSpec.Contains("%(", StringComparison.Ordinal))
        {
            problems.Add(new(OptionProblemKind.ValueInvalid, "Include", item.ItemSpec, "metadata of other items are known in targets only; Include=\"@(Items)\" declares a step for each of them, which has their metadata, such as %(Filename)"));
        }

        var file = item.GetMetadata("DefiningProjectFullPath");
        var place = new ProjectPlace(file, () => _lines.Of(file, item.ItemSpec));
        var own = GivenValues.Of(metadata.Select(value => KeyValuePair.Create(value.Key, GivenValue.OfMetadata(GivenValues.TypeOf(value.Key), value.Value))));
        var isHermetic = Flag(Hermetic);
        string[] ignored = isHermetic ? [.. HermeticOptions.Loosening(defaults).Where(name => !own.Has(name))] : [];
        var given = own.Or(defaults.Without(ignored));
        var parameters = ParameterReader.Read(given, projectDirectory, LogFilePlace.In(logFolder, place), host);
        parameters = parameters with { Options = parameters.Options with { Secrets = secrets.Find(parameters.Options.Secrets, problems), Withheld = secrets.Variables } };
        var standardInput = given.Text(nameof(StepOptions.StandardInput));
        var step = new DeclaredStep(item.ItemSpec, place)
        {
            Description = own.Text(Description),
            Inputs = DeclaredInputs.Of(host.Paths, projectDirectory, Paths(Inputs), HasNul(standardInput) ? "" : standardInput),
            Outputs = OutputsWithDependencyFile(),
            DependsOn = EscapedText.List(metadata.GetValueOrDefault(DependsOn, "")),
            Hermetic = isHermetic,
            SharesContainer = OptionalFlag(Workers),
            AllowEmptyInputs = Flag(AllowEmptyInputs),
            PerTargetFramework = IsPerTargetFramework(item),
            Own = own,
            Given = given,
            IgnoredDefaults = ignored,
            Parameters = parameters with { Problems = [.. problems, .. parameters.Problems] },
        };
        foreach (var name in metadata.Keys.Where(name => !MetadataNames.Contains(name)))
        {
            unknown(step, name);
        }

        return step;

        bool Flag(string name) => OptionalFlag(name) == true;

        bool? OptionalFlag(string name)
        {
            var text = own.Or(defaults).Text(name);
            if (text.Length > 0 && !bool.TryParse(text, out _))
            {
                problems.Add(new(OptionProblemKind.ValueInvalid, name, text, "it is true or false"));
            }

            return bool.TryParse(text, out var flag) ? flag : null;
        }

        DeclaredOutputs OutputsWithDependencyFile()
        {
            var outputs = DeclaredOutputs.Of(host.Paths, projectDirectory, Paths(Outputs));
            var files = Paths(DependencyFile);
            if (files is [])
            {
                return outputs;
            }

            if (isHermetic)
            {
                problems.Add(new(OptionProblemKind.Conflict, DependencyFile, files[0], "Hermetic is given too; a hermetic step reads its declared inputs and nothing else, so there is nothing that the file could add"));
            }

            if (files.Count > 1 || host.Paths.ToSlashes(files[0]).EndsWith('/'))
            {
                problems.Add(new(OptionProblemKind.ValueInvalid, DependencyFile, string.Join(';', files), "it is the path of one file; a command that writes several can join them (cat *.d > all.d)"));
            }

            return outputs.WithDependencyFile(files[0]);
        }

        // One with a NUL is no path for anybody.
        IReadOnlyList<string> Paths(string name)
        {
            var paths = EscapedText.List(metadata.GetValueOrDefault(name, ""));
            problems.AddRange(paths.Where(HasNul).Select(path => new OptionProblem(OptionProblemKind.TextInvalid, name, path, "it holds a NUL character, which no path has")));
            return [.. paths.Where(path => !HasNul(path))];
        }
    }

    // As they are written, without those that are empty.
    private static Dictionary<string, string> Metadata(ITaskItem item)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in ((ITaskItem2)item).CloneCustomMetadataEscaped())
        {
            if (entry is { Key: string name, Value: string { Length: > 0 } escaped })
            {
                metadata[name] = escaped;
            }
        }

        return metadata;
    }

    private static bool HasNul(string path) => path.Contains('\0', StringComparison.Ordinal);
}
