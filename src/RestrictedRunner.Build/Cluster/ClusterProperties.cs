using RestrictedRunner.Build.Keys;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Cluster;

/// <summary>
/// What a project says of its cluster's workers (<c>DockerExecRemoteProperties</c>): properties of the platform, and which
/// limits of a step the cluster is told, or need not keep.
/// </summary>
/// <param name="Texts">Properties by their names. In a text <c>{Memory}</c> stands for what the step gives as <c>Memory</c>, and <c>{Image}</c> for its image.</param>
/// <param name="Waived">Parameters that a step may have although nobody tells the cluster of them.</param>
internal sealed record ClusterProperties(IReadOnlyList<ActionProperty> Texts, IReadOnlySet<string> Waived)
{
    // Not of the API, but what its clients and servers have agreed upon: https://github.com/bazelbuild/bazel/blob/master/site/en/remote/rbe.md
    private const string ImageProperty = "container-image";
    private const string ImagePrefix = "docker://";
    private const string Image = nameof(StepOptions.Image);

    // What is never sent there is no limit: a host's folder, a secret, a user of this machine.
    private static readonly string[] NoLimits =
    [
        nameof(StepOptions.Mounts), nameof(StepOptions.Secrets), nameof(StepOptions.User), nameof(StepOptions.WorkDir), nameof(StepOptions.StandardInput),
        nameof(StepOptions.DockerRunOpts), nameof(StepOptions.Entrypoint), nameof(StepOptions.Init), nameof(StepOptions.CapDrop), nameof(StepOptions.StdOutEncoding), nameof(StepOptions.StdErrEncoding),
    ];

    /// <summary>Those of a cluster that nothing is said of.</summary>
    public static ClusterProperties None { get; } = new([], new HashSet<string>());

    /// <summary>Names of the parameters that a cluster may be told of: what restricts or equips a container.</summary>
    public static IReadOnlyList<string> Limits { get; } = [.. StepOptions.Table.Where(option => option.Key == KeyPart.Property && !NoLimits.Contains(option.Name)).Select(option => option.Name)];

    /// <summary>Reads <c>name=value;…</c>, with names of <see cref="Limits"/> alone among them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problem">Is told what is wrong with a part of it.</param>
    public static ClusterProperties Read(string text, Action<string, string> problem)
    {
        var texts = new List<ActionProperty>();
        var waived = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                texts.Add(new(part[..equals], part[(equals + 1)..]));
            }
            else if (Limits.Contains(part, StringComparer.OrdinalIgnoreCase))
            {
                waived.Add(part);
            }
            else
            {
                problem(part, $"a part of it is name=value, or the name of a parameter that the cluster need not know: {string.Join(", ", Limits)}");
            }
        }

        waived.UnionWith(Limits.Where(limit => texts.Exists(property => property.Value.Contains($"{{{limit}}}", StringComparison.Ordinal))));
        return new(texts, waived);
    }

    /// <summary>The properties of the platform that a step needs.</summary>
    /// <param name="options">The step. A property that speaks of what it does not give is left out.</param>
    /// <param name="image">Its image, <c>registry/repository@sha256:…</c>.</param>
    public IReadOnlyList<ActionProperty> Of(StepOptions options, string image)
    {
        ActionProperty[] own = Texts.Any(property => property.Name == ImageProperty) ? [] : [new(ImageProperty, ImagePrefix + image)];
        return [.. own, .. Texts.Select(property => Fill(property, options, image)).OfType<ActionProperty>()];
    }

    private static ActionProperty? Fill(ActionProperty property, StepOptions options, string image)
    {
        var value = property.Value.Replace($"{{{Image}}}", image, StringComparison.Ordinal);
        foreach (var option in StepOptions.Table.Where(option => Limits.Contains(option.Name) && value.Contains($"{{{option.Name}}}", StringComparison.Ordinal)))
        {
            if (option.Values(options) is not { Count: > 0 } values)
            {
                return null;
            }

            value = value.Replace($"{{{option.Name}}}", string.Join(',', values), StringComparison.Ordinal);
        }

        return property with { Value = value };
    }
}
