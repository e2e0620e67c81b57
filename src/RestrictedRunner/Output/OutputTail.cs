namespace RestrictedRunner.Output;

/// <summary>The last lines of some output, whatever its size.</summary>
/// <param name="lineCount">How many lines are kept.</param>
/// <param name="longestLine">How many characters of a line are kept: a message is for reading, and of a line of megabytes its start will do.</param>
internal sealed class OutputTail(int lineCount, int longestLine = 2000)
{
    private readonly Queue<string> _lines = new(lineCount);

    /// <summary>The lines.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

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

        // No half of a character beyond the first 65,536.
        Last = line.Length <= longestLine ? line : line[..(char.IsHighSurrogate(line[longestLine - 1]) ? longestLine - 1 : longestLine)] + "…";
        _lines.Enqueue(Last);
    }

    /// <summary>The lines, one under the other.</summary>
    public override string ToString() => string.Join('\n', _lines);
}
