namespace RestrictedRunner.Build.ToolMessages;

/// <summary>An error or a warning that a tool printed. Numbers count from 1; 0 and an empty text mean "not told".</summary>
internal sealed record ToolMessage(MessageSeverity Severity, string Text)
{
    /// <summary>What stands before the word <c>error</c>, such as <c>fatal</c>.</summary>
    public string Subcategory { get; init; } = "";

    /// <summary>The tool's own name for this sort of message; the same in every run.</summary>
    public string Code { get; init; } = "";

    /// <summary>File, or program, as the tool wrote it.</summary>
    public string File { get; init; } = "";

    public int Line { get; init; }

    public int Column { get; init; }

    public int EndLine { get; init; }

    public int EndColumn { get; init; }

    /// <summary>Whose format it has.</summary>
    public MessageFormat Format { get; init; }

    /// <summary>
    /// True when an error is one whatever becomes of the command. Those that <c>Exec</c> would not see count only if the step
    /// fails: a program that tries whether something compiles prints them too.
    /// </summary>
    public bool IsCertain => Format != MessageFormat.OfTool;

    /// <summary>Where a relative <see cref="File"/> may start, as make told it before the message came.</summary>
    public EnteredFolders Folders { get; init; } = EnteredFolders.None;
}

/// <summary>Whose format a <see cref="ToolMessage"/> has.</summary>
internal enum MessageFormat
{
    /// <summary>One that is known here, and not to <c>Exec</c>.</summary>
    OfTool,

    /// <summary>One that <c>Exec</c> reads too.</summary>
    OfExec,

    /// <summary>One of <c>ErrorFormats</c>.</summary>
    OfUser,
}

/// <summary>How bad a <see cref="ToolMessage"/> is.</summary>
internal enum MessageSeverity
{
    Error,
    Warning,
}
