namespace RestrictedRunner;

/// <summary>One line of output, without its line end.</summary>
/// <param name="Stream">Where it was written to.</param>
/// <param name="Text">The line; bytes that are no UTF-8 are U+FFFD.</param>
public readonly record struct OutputLine(OutputStream Stream, string Text);

/// <summary>The two output streams of a process.</summary>
public enum OutputStream
{
    /// <summary>Standard output.</summary>
    StandardOutput,

    /// <summary>Standard error.</summary>
    StandardError,
}
