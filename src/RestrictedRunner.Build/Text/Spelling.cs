namespace RestrictedRunner.Build.Text;

/// <summary>Finds the name that was meant by one that is not known.</summary>
internal static class Spelling
{
    /// <summary>The known name that differs least, by at most two in five of its letters; empty when there is none.</summary>
    public static string Nearest(string name, IEnumerable<string> known) =>
        known
            .Select(other => (Name: other, Distance: Distance(name.ToUpperInvariant(), other.ToUpperInvariant())))
            .Where(other => other.Distance * 5 <= 2 * Math.Max(name.Length, other.Name.Length))
            .OrderBy(other => other.Distance)
            .Select(other => other.Name)
            .FirstOrDefault("");

    /// <summary>Levenshtein: the least number of letters to add, remove or replace.</summary>
    public static int Distance(string a, string b)
    {
        var above = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 0; i < a.Length; i++)
        {
            var row = new int[b.Length + 1];
            row[0] = i + 1;
            for (var j = 0; j < b.Length; j++)
            {
                row[j + 1] = Math.Min(Math.Min(row[j], above[j + 1]) + 1, above[j] + (a[i] == b[j] ? 0 : 1));
            }

            above = row;
        }

        return above[^1];
    }
}
