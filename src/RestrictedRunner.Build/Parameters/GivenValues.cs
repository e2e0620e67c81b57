using Microsoft.Build.Framework;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Parameters;

/// <summary>What a step was given, by the names of its parameters, whether they come from a task, from metadata or from properties.</summary>
/// <param name="Values">None of them empty. Case of the names does not count.</param>
internal sealed record GivenValues(IReadOnlyDictionary<string, GivenValue> Values)
{
    private static readonly GivenValue Nothing = new("", []);

    /// <summary>No values.</summary>
    public static GivenValues None { get; } = Of([]);

    /// <summary>Values by their names; of one name the last that is not empty counts.</summary>
    public static GivenValues Of(IEnumerable<KeyValuePair<string, GivenValue>> values)
    {
        var given = new Dictionary<string, GivenValue>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values.Where(value => !value.Value.IsEmpty))
        {
            given[name] = value;
        }

        return new(given);
    }

    /// <summary>Values of the properties <c>DockerExec…</c>.</summary>
    /// <param name="items">Named after the parameters, with metadata <c>Value</c>.</param>
    public static GivenValues OfProperties(IEnumerable<ITaskItem> items) =>
        Of(items.Select(item => KeyValuePair.Create(item.ItemSpec, GivenValue.OfMetadata(TypeOf(item.ItemSpec), ((ITaskItem2)item).GetMetadataValueEscaped("Value")))));

    /// <summary>How the values of a name are written.</summary>
    public static OptionType TypeOf(string name) => Parameter.All.TryGetValue(name, out var parameter) ? parameter.Type : OptionType.Text;

    /// <summary>True for a parameter that has a value.</summary>
    public bool Has(string name) => Values.ContainsKey(name);

    /// <summary>A value that is one text; empty when there is none.</summary>
    public string Text(string name) => Value(name).Text;

    /// <summary>A value that is a list; empty when there is none.</summary>
    public IReadOnlyList<GivenItem> Items(string name) => Value(name).Items;

    /// <summary>These values, and others for names that have none.</summary>
    public GivenValues Or(GivenValues others) => Of(others.Values.Concat(Values));

    /// <summary>These values but for some.</summary>
    public GivenValues Without(IReadOnlyCollection<string> names) =>
        names.Count == 0 ? this : Of(Values.Where(value => !names.Contains(value.Key, StringComparer.OrdinalIgnoreCase)));

    private GivenValue Value(string name) => Values.GetValueOrDefault(name, Nothing);
}
