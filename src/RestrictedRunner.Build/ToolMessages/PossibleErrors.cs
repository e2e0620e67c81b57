namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// Messages that are errors only if the step fails: a traceback may be one that was caught and logged, what a compiler
/// said the answer to a question whether something compiles. The last thousand of them.
/// </summary>
internal sealed class PossibleErrors
{
    private const int Most = 1000;

    private readonly LinkedList<ToolMessage> _messages = [];

    public IReadOnlyCollection<ToolMessage> Messages => _messages;

    /// <summary>How many there were, also of those that are gone by now.</summary>
    public int Added { get; private set; }

    public void Add(ToolMessage message)
    {
        Added++;
        _messages.AddLast(message);
        if (_messages.Count > Most)
        {
            _messages.RemoveFirst();
        }
    }

    public void Remove(ToolMessage? message)
    {
        if (message is not null)
        {
            _messages.Remove(message);
        }
    }
}
