using System.Collections;
using System.Reflection;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>Reads <c>DockerExecStep</c> items. Metadata have the names of the task's parameters, and a few of their own.</summary>
internal sealed class StepReader
{
    /// <summary>What the names of our properties begin with.</summary>
    public const string PropertyPrefix = "DockerExec";

    private const string Inputs = nameof(DeclaredStep.Inputs);
    private const string Outputs = nameof(DeclaredStep.Outputs);
    private const string DependsOn = nameof(DeclaredStep.DependsOn);
    private const string Description = nameof(DeclaredStep.Description);
    private const string Hermetic = nameof(DeclaredStep.Hermetic);
    private const string AllowEmptyInputs = nameof(DeclaredStep.AllowEmptyInputs);
    private const string PerTargetFramework = "PerTargetFramework";

    /// <summary>The targets read them.</summary>
    private static readonly string[] OfTargets = ["Compile", PerTargetFramework];

    // Properties that are no parameter's. A test compares them with those that the targets read.
    private static readonly string[] Switches = ["Enabled", "MaxParallel", "StopAtFailure", "ResolveImages", "Cache", "CacheSize", "BeforeTargets", "StateFolder", "ItemTypes"];

    // Task has a few of its own, such as BuildEngine.
    private static readonly Dictionary<string, PropertyInfo> TaskParameters = typeof(DockerExec)
        .GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(property => property.SetMethod is { IsPublic: true } && property.Name is not (nameof(DockerExec.Outputs) or nameof(DockerExec.Defaults)))
        .ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Every name that metadata may have.</summary>
    public static IReadOnlySet<string> MetadataNames { get; } =
        new HashSet<string>([.. TaskParameters.Keys, Inputs, Outputs, DependsOn, Description, Hermetic, AllowEmptyInputs, .. OfTargets], StringComparer.OrdinalIgnoreCase);

    /// <summary>Every property of ours that a project may set.</summary>
    public static IReadOnlyList<string> PropertyNames { get; } =
        [.. TaskParameters.Keys.Append(Hermetic).Concat(Switches).Select(name => PropertyPrefix + name)];

    /// <summary>Values of the properties <c>DockerExec…</c>, escaped, by the part of their names that follows.</summary>
    /// <param name="items">Named after the parameters, with metadata <c>Value</c>; of one name the last that has a value counts.</param>
    public static IReadOnlyDictionary<string, string> Defaults(IEnumerable<ITaskItem> items) =>
        items.GroupBy(item => item.ItemSpec, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(
                named => named.Key,
                named => named.Select(item => ((ITaskItem2)item).GetMetadataValueEscaped("Value")).LastOrDefault(value => value.Length > 0) ?? "",
                StringComparer.OrdinalIgnoreCase);

    /// <summary>True for a step that the outer build of several frameworks leaves to the build of each.</summary>
    public static bool IsPerTargetFramework(ITaskItem item) => bool.TryParse(item.GetMetadata(PerTargetFramework), out var flag) && flag;

    /// <summary>Reads an item.</summary>
    /// <param name="item">A <c>DockerExecStep</c>.</param>
    /// <param name="defaults">See <see cref="Defaults"/>.</param>
    /// <param name="lines">Of the items in their projects.</param>
    /// <param name="unknown">Is told the name of metadata that there is not.</param>
    public static DeclaredStep Read(ITaskItem item, IReadOnlyDictionary<string, string> defaults, StepLines lines, Action<DeclaredStep, string> unknown)
    {
        var values = new Dictionary<string, string>(defaults.Where(value => value.Value.Length > 0), StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry metadata in ((ITaskItem2)item).CloneCustomMetadataEscaped())
        {
            if ((string)metadata.Value! is { Length: > 0 } value)
            {
                values[(string)metadata.Key] = value;
            }
        }

        List<OptionProblem> problems = [];
        if (item.ItemSpec.Contains("%(", StringComparison.Ordinal))
        {
            problems.Add(new(OptionProblemKind.ValueInvalid, "Include", item.ItemSpec, "metadata of other items are known in targets only; Include=\"@(Items)\" declares a step for each of them, which has their metadata, such as %(Filename)"));
        }

        var file = item.GetMetadata("DefiningProjectFullPath");
        var step = new DeclaredStep(item.ItemSpec, new(file, () => lines.Of(file, item.ItemSpec)))
        {
            Description = Unescaped(values.GetValueOrDefault(Description, "")),
            Inputs = Paths(Inputs),
            Outputs = Paths(Outputs),
            DependsOn = List(values.GetValueOrDefault(DependsOn, "")),
            Hermetic = Flag(Hermetic),
            AllowEmptyInputs = Flag(AllowEmptyInputs),
            PerTargetFramework = IsPerTargetFramework(item),
            Problems = problems,
            Parameters = values.Where(value => TaskParameters.ContainsKey(value.Key)).ToDictionary(value => value.Key, value => value.Value, StringComparer.OrdinalIgnoreCase),
        };
        foreach (var name in values.Keys.Where(name => !MetadataNames.Contains(name)))
        {
            unknown(step, name);
        }

        return step;

        bool Flag(string name)
        {
            var text = Unescaped(values.GetValueOrDefault(name, "false"));
            if (!bool.TryParse(text, out var flag))
            {
                problems.Add(new(OptionProblemKind.ValueInvalid, name, text, "it is true or false"));
            }

            return flag;
        }

        // One with a NUL is no path for anybody.
        IReadOnlyList<string> Paths(string name)
        {
            var paths = List(values.GetValueOrDefault(name, ""));
            problems.AddRange(paths.Where(HasNul).Select(path => new OptionProblem(OptionProblemKind.TextInvalid, name, path, "it holds a NUL character, which no path has")));
            return [.. paths.Where(path => !HasNul(path))];
        }
    }

    /// <summary>The same without defaults, for who runs nothing.</summary>
    public static DeclaredStep ReadAlone(ITaskItem item) => Read(item, new Dictionary<string, string>(), new StepLines(), static (_, _) => { });

    /// <summary>The task that does what a step declares.</summary>
    /// <param name="step">Its parameters become the task's.</param>
    /// <param name="engine">Where the task logs to.</param>
    /// <param name="recorder">Sees the output too; may be null.</param>
    /// <param name="standIn">What the step sees in place of the project's folder; may be null.</param>
    /// <param name="invalid">Is told of a value that is no <c>true</c> or <c>false</c>, or no number.</param>
    public static DockerExec Task(DeclaredStep step, IBuildEngine engine, Action<OutputLine>? recorder, StandIn? standIn, Action<OptionProblem> invalid)
    {
        var task = new DockerExec { BuildEngine = engine, Recorder = recorder, StandIn = standIn, StepName = step.Name };
        foreach (var (name, value) in step.Parameters)
        {
            var property = TaskParameters[name];
            if (Value(property, value, invalid) is { } converted)
            {
                property.SetValue(task, converted);
            }
        }

        return task;
    }

    /// <summary>Gives a task the defaults of parameters that the user did not give.</summary>
    /// <param name="task">Has the <see cref="DockerExec.Defaults"/>.</param>
    /// <param name="invalid">Is told of a default that no parameter can take.</param>
    public static void Complete(DockerExec task, Action<OptionProblem> invalid)
    {
        foreach (var (name, value) in Defaults(task.Defaults).Where(value => value.Value.Length > 0))
        {
            if (!TaskParameters.TryGetValue(name, out var parameter))
            {
                invalid(new(OptionProblemKind.ValueInvalid, nameof(task.Defaults), name, "its items are named after parameters of the task, and this is none"));
            }
            else if (!IsGiven(task, parameter) && Value(parameter, value, invalid) is { } converted)
            {
                parameter.SetValue(task, converted);
            }
        }
    }

    // To MSBuild an empty text or list is not given.
    private static bool IsGiven(DockerExec task, PropertyInfo parameter) =>
        task.IsGiven(parameter.Name) || parameter.GetValue(task) is Array { Length: > 0 } || (!HasOwnDefault(parameter) && parameter.GetValue(task) is string { Length: > 0 });

    private static bool HasOwnDefault(PropertyInfo parameter) =>
        parameter.Name is nameof(DockerExec.Shell) or nameof(DockerExec.Pull) or nameof(DockerExec.Engine);

    // The forms in which MSBuild gives an attribute's text to a task.
    private static object? Value(PropertyInfo parameter, string escaped, Action<OptionProblem> invalid)
    {
        var text = Unescaped(escaped);
        switch (Type.GetTypeCode(parameter.PropertyType))
        {
            case TypeCode.String:
                return text;
            case TypeCode.Boolean when bool.TryParse(text, out var flag):
                return flag;
            case TypeCode.Int32 when int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number):
                return number;
            case TypeCode.Boolean or TypeCode.Int32:
                invalid(new(OptionProblemKind.ValueInvalid, parameter.Name, text, parameter.PropertyType == typeof(bool) ? "it is true or false" : "it is a whole number"));
                return null;
            default:
                return parameter.PropertyType == typeof(string[]) ? List(escaped).ToArray() : Pieces(escaped).Select(piece => (ITaskItem)new TaskItem(piece)).ToArray();
        }
    }

    private static IReadOnlyList<string> List(string escaped) => [.. Pieces(escaped).Select(Unescaped)];

    // A semicolon that is written %3B separates nothing.
    private static string[] Pieces(string escaped) => escaped.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static bool HasNul(string path) => path.Contains('\0', StringComparison.Ordinal);

    private static string Unescaped(string escaped) => EscapedText.Unescape(escaped);
}
