using System.Globalization;

namespace RestrictedRunner.Options;

/// <summary>What the values of an option have to look like.</summary>
/// <param name="IsValid">True for a value that does.</param>
/// <param name="Text">The form in words, to be read after a value that has another.</param>
internal sealed record OptionForm(Predicate<string> IsValid, string Text)
{
    private const string SizeText = "a size is a number with b, k, m or g, such as 512m";

    /// <summary>Bytes: <c>512m</c>.</summary>
    public static OptionForm Size { get; } = new(OptionForms.IsSize, SizeText);

    /// <summary>Bytes, or <c>-1</c>.</summary>
    public static OptionForm SizeOrUnlimited { get; } = new(static value => value == "-1" || OptionForms.IsSize(value), $"{SizeText}, or -1 for no limit");

    /// <summary>A Linux capability.</summary>
    public static OptionForm Capability { get; } = new(OptionForms.IsCapability, "a capability is one word, such as NET_ADMIN or ALL");

    /// <summary>A number in a range.</summary>
    public static OptionForm OfNumber(Predicate<int> isValid, string text) => new(value => isValid(int.Parse(value, CultureInfo.InvariantCulture)), text);
}
