namespace RestrictedRunner.Build.Building;

/// <summary>How the causes that <see cref="RunCauses"/> finds are written.</summary>
internal static class CauseText
{
    /// <summary>The first cause, and how many there are besides.</summary>
    public static string Short(IReadOnlyList<string> causes) => causes.Count == 1 ? causes[0] : $"{causes[0]} (and {causes.Count - 1} more)";

    /// <summary>Up to so many causes, each on a line of its own.</summary>
    public static string Lines(IEnumerable<string> causes, int most = int.MaxValue)
    {
        string[] all = [.. causes];
        return string.Join("\n", [.. all.Take(most).Select(static cause => $"  {cause}"), .. all.Length > most ? new[] { $"  and {all.Length - most} more" } : []]);
    }
}
