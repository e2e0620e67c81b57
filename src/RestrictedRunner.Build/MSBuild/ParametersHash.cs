using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Build.Framework;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>A hash of what a task was given: another one for other values, items or metadata.</summary>
internal static class ParametersHash
{
    /// <param name="values">Texts, switches, numbers and lists of items, in an order that is always the same.</param>
    public static string Of(params object[] values)
    {
        var text = new StringBuilder();
        foreach (var value in values)
        {
            if (value is ITaskItem[] items)
            {
                Add(text, items);
            }
            else
            {
                Add(text, Convert.ToString(value, CultureInfo.InvariantCulture)!);
            }
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void Add(StringBuilder text, ITaskItem[] items)
    {
        text.Append(CultureInfo.InvariantCulture, $"[{items.Length}]");
        foreach (var item in items)
        {
            var metadata = ((ITaskItem2)item).CloneCustomMetadataEscaped();
            var names = new List<string>(metadata.Count);
            foreach (DictionaryEntry entry in metadata)
            {
                names.Add((string)entry.Key);
            }

            names.Sort(StringComparer.Ordinal);
            Add(text, ((ITaskItem2)item).EvaluatedIncludeEscaped);
            Add(text, item.GetMetadata("DefiningProjectFullPath"));
            text.Append(CultureInfo.InvariantCulture, $"[{names.Count}]");
            foreach (var name in names)
            {
                Add(text, name);
                Add(text, (string?)metadata[name] ?? "");
            }
        }
    }

    // With its length, so that two texts are never one.
    private static void Add(StringBuilder text, string value) => text.Append(CultureInfo.InvariantCulture, $"{value.Length}:").Append(value);
}
