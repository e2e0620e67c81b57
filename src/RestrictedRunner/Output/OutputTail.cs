namespace RestrictedRunner;

/// <summary>The last lines of some output, whatever its size.</summary>
/// <param name="lineCount">How many lines are kept.</param>
internal sealed class OutputTail(int lineCount)
{
    // A message is for reading: of a line of megabytes its start will do.
    private const int LongestLine = 2000;

    private readonly Queue<string> _lines = new(lineCount);

    /// <summary>The newest line, or empty.</summary>
    public string Last { get; private set; } = "";

    /// <summary>Adds a line; blank ones are left out.</summary>
    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        if (_lines.Count == lineCount)
        {
            _lines.Dequeue();
        }

        Last = line.Length <= LongestLine ? line : line[..LongestLine] + "…";
        _lines.Enqueue(Last);
    }

    /// <summary>The lines, one under the other.</summary>
    public override string ToString() => string.Join('\n', _lines);
}
