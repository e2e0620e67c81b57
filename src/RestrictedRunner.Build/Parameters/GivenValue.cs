using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Parameters;

/// <summary>A value that a parameter was given.</summary>
/// <param name="Text">As it was written, where the value is one text.</param>
/// <param name="Items">The parts of a list.</param>
internal sealed record GivenValue(string Text, IReadOnlyList<GivenItem> Items)
{
    /// <summary>True for what MSBuild takes for not given.</summary>
    public bool IsEmpty => Text.Length == 0 && Items.Count == 0;

    /// <summary>The parts of a list, or the text, each as one text.</summary>
    public IReadOnlyList<string> Texts => Items.Count > 0 ? [.. Items.Select(item => item.Text)] : [Text];

    /// <summary>A value that MSBuild has set on a task.</summary>
    /// <param name="value">A text, a number, a switch, or a list of texts or items.</param>
    public static GivenValue OfTask(object value) => value switch
    {
        string[] texts => new("", [.. texts.Select(text => new GivenItem(text))]),
        ITaskItem[] items => new("", [.. items.Select(GivenItem.Of)]),
        bool flag => new(flag ? StepOption.True : "false", []),
        _ => new(string.Create(CultureInfo.InvariantCulture, $"{value}"), []),
    };

    /// <summary>A value of metadata or of a property.</summary>
    /// <param name="type">How it is written.</param>
    /// <param name="escaped">With MSBuild's escapes: a semicolon that is written <c>%3B</c> separates nothing.</param>
    public static GivenValue OfMetadata(OptionType type, string escaped) => new(EscapedText.Unescape(escaped), type switch
    {
        OptionType.List => [.. EscapedText.List(escaped).Select(text => new GivenItem(text))],
        OptionType.Items => [.. EscapedText.Pieces(escaped).Select(piece => GivenItem.Of(new TaskItem(piece)))],
        _ => [],
    });
}

/// <summary>A part of a list.</summary>
/// <param name="Text">The identity of an item. MSBuild has changed it: trimmed, and on Unix with <c>/</c> for <c>\</c>.</param>
internal sealed record GivenItem(string Text)
{
    /// <summary>Metadata <c>Value</c>: exact text, which MSBuild does not change; null without.</summary>
    public string? Value { get; private init; }

    /// <summary>Metadata <c>ContainerPath</c> of a mount; null without.</summary>
    public string? ContainerPath { get; private init; }

    /// <summary>Metadata <c>ReadOnly</c> of a mount; empty without.</summary>
    public string ReadOnly { get; private init; } = "";

    /// <summary>Other metadata by their names; empty without.</summary>
    public Func<string, string> Metadata { get; private init; } = static _ => "";

    /// <summary>The value, or else the identity.</summary>
    public string ExactText => Value ?? Text;

    /// <summary>What an item says.</summary>
    public static GivenItem Of(ITaskItem item)
    {
        HashSet<string> names = new(item.MetadataNames.Cast<string>(), StringComparer.OrdinalIgnoreCase);
        return new(item.ItemSpec)
        {
            Value = names.Contains(nameof(Value)) ? item.GetMetadata(nameof(Value)) : null,
            ContainerPath = names.Contains(nameof(ContainerPath)) ? item.GetMetadata(nameof(ContainerPath)) : null,
            ReadOnly = item.GetMetadata(nameof(ReadOnly)),
            Metadata = item.GetMetadata,
        };
    }
}
