using System.Globalization;
using System.Text;

namespace RestrictedRunner.EngineTests;

/// <summary>The processes of this machine, as /proc shows them.</summary>
internal static class Processes
{
    /// <summary>Command lines that hold the text, words separated by a space.</summary>
    public static IReadOnlyList<string> WithText(string text)
    {
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(folder[^1])))
        {
            try
            {
                var line = File.ReadAllText(Path.Combine(folder, "cmdline"), Encoding.UTF8).Replace('\0', ' ');
                if (line.Contains(text, StringComparison.Ordinal))
                {
                    found.Add(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(folder)}: {line}"));
                }
            }
            catch (IOException)
            {
                // It has ended since.
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's.
            }
        }

        return found;
    }
}
