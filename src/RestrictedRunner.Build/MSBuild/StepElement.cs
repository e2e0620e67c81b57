using System.Xml;
using System.Xml.Linq;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>An element of a project file that declares steps, or items of another type.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Include">The names, as they are written.</param>
/// <param name="Outputs">The outputs, as they are written; null where they come from elsewhere.</param>
internal sealed record StepElement(int Line, string Include, string? Outputs)
{
    /// <summary>The items that are steps.</summary>
    public const string ItemType = "DockerExecStep";

    private static readonly char[] Computed = ['@', '$', '*', '?', '%'];

    /// <summary>The names that are written as they are.</summary>
    public IEnumerable<string> Names => Split(Include).Where(name => name.IndexOfAny(Computed) < 0).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>True where names come from elsewhere.</summary>
    public bool IsComputed => Split(Include).Any(name => name.IndexOfAny(Computed) >= 0);

    /// <summary>True where which steps there are, and what they write, depends on other items at most.</summary>
    public bool IsOfItems => !Include.Contains('$', StringComparison.Ordinal) && Outputs?.Contains('$', StringComparison.Ordinal) == false;

    /// <summary>Those of a file; none where it cannot be read, as when it is in memory only.</summary>
    public static IReadOnlyList<StepElement> In(string file, string itemType = ItemType)
    {
        try
        {
            return
            [
                .. XElement.Load(file, LoadOptions.SetLineInfo).Descendants()
                    .Where(element => Is(element.Name, itemType))
                    .Select(element => new StepElement(((IXmlLineInfo)element).LineNumber, Text(element, "Include") ?? "", Text(element, nameof(Outputs)))),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or XmlException)
        {
            return [];
        }
    }

    /// <summary>True when it declares such a step, or may do so in another build.</summary>
    public bool MayDeclare(string name, IReadOnlyList<string> outputs) =>
        (IsComputed || Names.Contains(name, StringComparer.OrdinalIgnoreCase))
        && (Outputs is null || Outputs.AsSpan().IndexOfAny('@', '$', '%') >= 0 || Split(Outputs).SequenceEqual(outputs));

    private static string? Text(XElement element, string name) =>
        element.Attributes().Where(attribute => Is(attribute.Name, name)).Select(attribute => attribute.Value)
            .Concat(element.Elements().Where(child => Is(child.Name, name)).Select(child => child.Value))
            .FirstOrDefault();

    private static bool Is(XName name, string text) => name.LocalName.Equals(text, StringComparison.OrdinalIgnoreCase);

    private static string[] Split(string list) => list.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
