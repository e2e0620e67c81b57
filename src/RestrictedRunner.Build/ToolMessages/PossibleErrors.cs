namespace RestrictedRunner.Build;

/// <summary>
/// Messages that are errors only if the command fails: a traceback may be one that was caught and logged. The last
/// hundred of them.
/// </summary>
internal sealed class PossibleErrors
{
    private const int Most = 100;

    private readonly LinkedList<ToolMessage> _messages = [];

    public IReadOnlyCollection<ToolMessage> Messages => _messages;

    public void Add(ToolMessage message)
    {
        _messages.AddLast(message);
        if (_messages.Count > Most)
        {
            _messages.RemoveFirst();
        }
    }

    public void Remove(ToolMessage message) => _messages.Remove(message);
}
