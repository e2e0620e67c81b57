using System.Text;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Paths;

namespace RestrictedRunner.Build.State;

/// <summary>
/// The file that lists what the steps of a project have read without declaring it. StepFiles.targets reads it, for those who
/// look at files between builds.
/// </summary>
internal static class DiscoveredList
{
    /// <summary>Writes the list where it has changed, and removes one of nothing.</summary>
    /// <param name="place">Path of the file.</param>
    /// <param name="paths">From the project's folder, in any order.</param>
    public static void Save(string place, IEnumerable<string> paths)
    {
        var text = string.Concat(paths.Where(IsLine).Distinct().Order(Utf8Order.Comparer).Select(path => $"{path}\n"));
        try
        {
            var before = File.Exists(place) ? Encoding.UTF8.GetString(NewFile.Read(place)) : "";
            if (text.Length == 0 && before.Length > 0)
            {
                File.Delete(place);
            }
            else if (text != before)
            {
                using var file = NewFile.Beside(place);
                file?.Save(place, Encoding.UTF8.GetBytes(text));
            }
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            // The next build writes it.
        }
    }

    // MSBuild takes spaces away from both ends.
    private static bool IsLine(string path) => path.AsSpan().IndexOfAny('\r', '\n') < 0 && path.Trim() == path;
}
