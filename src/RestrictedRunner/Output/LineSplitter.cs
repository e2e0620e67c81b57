using System.Buffers;

namespace RestrictedRunner.Output;

/// <summary>Splits text that arrives in pieces of whole characters into lines.</summary>
/// <param name="onLine">Gets each line, without its end.</param>
internal sealed class LineSplitter(Action<string> onLine)
{
    /// <summary>
    /// A longer line is delivered in parts of about this many characters, so that memory stays bounded: 55 MB for each stream.
    /// </summary>
    public const int LongestLine = 10 * 1024 * 1024;

    // The start of a line whose end has not come.
    private readonly ArrayBufferWriter<char> _start = new();
    private bool _afterReturn;
    private bool _afterPiece;

    /// <summary>Delivers the lines that end in this piece.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (_afterReturn && text[0] == '\n')
            {
                text = text[1..];
            }

            _afterReturn = false;
            var end = text.IndexOfAny('\r', '\n');
            if (end < 0)
            {
                _start.Write(text);
                if (_start.WrittenCount >= LongestLine)
                {
                    Deliver([]);
                    _afterPiece = true;
                }

                return;
            }

            // The end of a line whose last piece has been delivered is no line of its own.
            if (end > 0 || _start.WrittenCount > 0 || !_afterPiece)
            {
                Deliver(text[..end]);
            }

            _afterPiece = false;
            _afterReturn = text[end] == '\r';
            text = text[(end + 1)..];
        }
    }

    /// <summary>At the end of the text: delivers a last line that has no end.</summary>
    public void Finish()
    {
        if (_start.WrittenCount > 0)
        {
            Deliver([]);
        }
    }

    private void Deliver(ReadOnlySpan<char> line)
    {
        if (_start.WrittenCount == 0)
        {
            onLine(new string(line));
            return;
        }

        _start.Write(line);
        onLine(new string(_start.WrittenSpan));
        _start.ResetWrittenCount();
    }
}
