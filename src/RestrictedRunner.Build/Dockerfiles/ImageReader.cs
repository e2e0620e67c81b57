using System.Collections;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>Reads <c>DockerImage</c> items.</summary>
internal static partial class ImageReader
{
    /// <summary>Name of the items.</summary>
    public const string ItemType = "DockerImage";

    private const string Dockerfile = nameof(DeclaredImage.Dockerfile);
    private const string Context = nameof(DeclaredImage.Context);
    private const string BuildArgs = "BuildArgs";
    private const string Target = nameof(DeclaredImage.Target);
    private const string Platform = nameof(DeclaredImage.Platform);

    /// <summary>Every name that metadata may have.</summary>
    public static IReadOnlySet<string> MetadataNames { get; } = new HashSet<string>([Dockerfile, Context, BuildArgs, Target, Platform], StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of the images that are built.</summary>
    public static IReadOnlySet<string> BuiltNames(IEnumerable<ITaskItem> items) => items.Where(IsBuilt).Select(item => item.ItemSpec).ToHashSet();

    /// <summary>False for an item that only names an image.</summary>
    public static bool IsBuilt(ITaskItem item) => item.GetMetadata(Dockerfile).Length > 0 || item.GetMetadata(Context).Length > 0;

    /// <summary>The images that are built, by their names. An item with neither a Dockerfile nor a context only names an image.</summary>
    /// <param name="items">The items.</param>
    /// <param name="projectDirectory">Full path of the folder that relative paths start in.</param>
    /// <param name="host">The machine that builds.</param>
    public static IReadOnlyDictionary<string, DeclaredImage> Read(IEnumerable<ITaskItem> items, string projectDirectory, Host host)
    {
        var lines = new StepLines(ItemType);
        var images = new Dictionary<string, DeclaredImage>();
        foreach (var item in items)
        {
            var metadata = Metadata(item);
            if (metadata.ContainsKey(Dockerfile) || metadata.ContainsKey(Context))
            {
                var image = Read(item, metadata, lines, projectDirectory, host);
                images[image.Name] = images.ContainsKey(image.Name)
                    ? image with { Problems = [new(OptionProblemKind.ValueInvalid, "Include", image.Name, "there are two items of this name; give one of them another")] }
                    : image;
            }
        }

        return images;
    }

    private static DeclaredImage Read(ITaskItem item, Dictionary<string, string> metadata, StepLines lines, string projectDirectory, Host host)
    {
        List<OptionProblem> problems = [];
        var file = item.GetMetadata("DefiningProjectFullPath");
        var (dockerfile, context) = (Path(Dockerfile), Path(Context));
        return new(item.ItemSpec, new(file, () => lines.Of(file, item.ItemSpec)))
        {
            Dockerfile = dockerfile.Length > 0 ? dockerfile : host.Paths.Join(context, Dockerfile),
            Context = context.Length > 0 ? context : host.Paths.Parent(dockerfile) ?? projectDirectory,
            Arguments = Arguments(),
            Target = Word(Target, static text => StageName().IsMatch(text), "a stage is named with letters, digits and the characters -_."),
            Platform = Word(Platform, static text => PlatformText().IsMatch(text), "a platform is os/arch[/variant], such as linux/amd64"),
            Problems = problems,
            Unknown = [.. metadata.Keys.Where(name => !MetadataNames.Contains(name)).Order(StringComparer.Ordinal)],
        };

        string Text(string name) => EscapedText.Unescape(metadata.GetValueOrDefault(name, ""));

        string Path(string name)
        {
            var text = Text(name);
            if (text.Contains('\0', StringComparison.Ordinal))
            {
                problems.Add(new(OptionProblemKind.TextInvalid, name, text, "it holds a NUL character, which no path has"));
                return "";
            }

            return text.Length == 0 ? "" : host.Paths.Trimmed(host.Paths.Full(text, projectDirectory));
        }

        string Word(string name, Predicate<string> isValid, string reason)
        {
            var text = Text(name);
            if (text.Length > 0 && !isValid(text))
            {
                problems.Add(new(OptionProblemKind.ValueInvalid, name, text, reason));
            }

            return text;
        }

        // The client would take the value of one without "=" from its environment, which is no part of the key.
        Dictionary<string, string> Arguments()
        {
            var arguments = new Dictionary<string, string>();
            foreach (var text in EscapedText.List(metadata.GetValueOrDefault(BuildArgs, "")))
            {
                if (text.Split('=', 2) is [var name, var value] && ArgumentName().IsMatch(name) && !value.Contains('\0', StringComparison.Ordinal))
                {
                    arguments[name] = value;
                }
                else
                {
                    problems.Add(new(OptionProblemKind.ValueInvalid, BuildArgs, text, "a build argument is written NAME=value"));
                }
            }

            return arguments;
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

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_.-]*\z")]
    private static partial Regex ArgumentName();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.-]*\z")]
    private static partial Regex StageName();

    [GeneratedRegex(@"\A[a-z0-9]+/[a-z0-9_]+(/[a-z0-9.]+)?\z")]
    private static partial Regex PlatformText();
}
