using System.Globalization;

namespace RestrictedRunner.Options;

/// <summary>What a value is written as: in an attribute of a task, or in an item's metadata.</summary>
internal enum OptionType
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Switch,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>Texts, separated by semicolons.</summary>
    List,

    /// <summary>Items, which may have metadata.</summary>
    Items,
}

/// <summary>Where an option is in a step's key.</summary>
internal enum KeyPart
{
    /// <summary>A property of its own name.</summary>
    Property,

    /// <summary>What the Remote Execution API has a place of its own for.</summary>
    OfAction,

    /// <summary>Nowhere: it changes no result.</summary>
    None,
}

/// <summary>One option of a step: a row of <see cref="StepOptions.Table"/>.</summary>
/// <param name="Name">The name of the property, the parameter and the metadata.</param>
/// <param name="Type">How a value is written.</param>
/// <param name="Values">The option's value as texts; none when it is the default, or empty.</param>
internal sealed record StepOption(string Name, OptionType Type, Func<StepOptions, IReadOnlyList<string>> Values)
{
    /// <summary>How <see cref="OptionType.Switch"/> has a value that is set.</summary>
    public const string True = "true";

    /// <summary>Most processes of a hermetic step that says nothing of them.</summary>
    public const int HermeticPidsLimit = 512;

    private const string False = "false";

    /// <summary>The flag of <c>docker run</c>; empty where <c>RunArguments</c> has a rule for the option.</summary>
    public string Flag { get; init; } = "";

    /// <summary>The words for <c>docker run</c>; null for the flag with each of the values.</summary>
    public Func<StepOptions, IReadOnlyList<string>>? Words { get; init; }

    /// <summary>Of a switch: whether it is on. The flag has no value then.</summary>
    public Predicate<StepOptions>? IsOn { get; init; }

    /// <summary>Sets the values; null where what they mean takes more than the option's name to tell.</summary>
    public Func<StepOptions, IReadOnlyList<string>, StepOptions>? With { get; init; }

    /// <summary>What a value has to look like; null for any text.</summary>
    public OptionForm? Form { get; init; }

    /// <summary>Where the option is in a step's key.</summary>
    public KeyPart Key { get; init; }

    /// <summary>True for a value that would show a hermetic step more than it declares, or let it do more.</summary>
    public Predicate<string> LoosensHermetic { get; init; } = static _ => false;

    /// <summary>An option that is a text.</summary>
    public static StepOption Text(string name, Func<StepOptions, string> get, Func<StepOptions, string, StepOptions> set) =>
        Other(name, OptionType.Text, get) with { With = (options, values) => set(options, values[0]) };

    /// <summary>An option that is a list of texts.</summary>
    public static StepOption List(string name, Func<StepOptions, IReadOnlyList<string>> get, Func<StepOptions, IReadOnlyList<string>, StepOptions> set) =>
        new(name, OptionType.List, get) { With = set };

    /// <summary>An option that is on or off.</summary>
    public static StepOption Switch(string name, Predicate<StepOptions> get, Func<StepOptions, bool, StepOptions> set, bool byDefault) =>
        new(name, OptionType.Switch, options => get(options) is var value && value == byDefault ? [] : [value ? True : False])
        {
            IsOn = get,
            With = (options, values) => set(options, bool.Parse(values[0])),
        };

    /// <summary>An option that is a whole number.</summary>
    public static StepOption Number(string name, Func<StepOptions, int> get, Func<StepOptions, int, StepOptions> set, int byDefault) =>
        new(name, OptionType.Number, options => get(options) is var value && value == byDefault ? [] : [value.ToString(CultureInfo.InvariantCulture)])
        {
            With = (options, values) => set(options, int.Parse(values[0], CultureInfo.InvariantCulture)),
        };

    /// <summary>An option that is a list of items.</summary>
    public static StepOption Items(string name, Func<StepOptions, IReadOnlyList<string>> get) => new(name, OptionType.Items, get);

    /// <summary>An option that has one value, and a meaning of its own.</summary>
    public static StepOption Other(string name, OptionType type, Func<StepOptions, string> get) =>
        new(name, type, options => get(options) is { Length: > 0 } value ? [value] : []);

    /// <summary>The words of <c>docker run</c> for the option.</summary>
    public IEnumerable<string> Arguments(StepOptions options) =>
        Words is not null ? Words(options)
        : Flag.Length == 0 ? []
        : IsOn is not null ? IsOn(options) ? [Flag] : []
        : Values(options).SelectMany(value => new[] { Flag, value });
}
