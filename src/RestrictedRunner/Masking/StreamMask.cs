using System.Buffers;

namespace RestrictedRunner.Masking;

/// <summary>The masking of one stream, whose pieces come one after the other.</summary>
internal sealed class StreamMask(IReadOnlyList<SecretPatterns> patterns)
{
    // A text of white space within a secret would wait without end.
    private const int MostWaiting = 1024 * 1024;

    private readonly (SecretPatterns Patterns, MaskedText Text)[] _ways = [.. patterns.Select(one => (one, new MaskedText(one.Escaping)))];
    private byte[] _text = [];
    private bool[] _isSecret = [];
    private int _length;

    // So much of the text has been passed on already: it is kept because a secret may have begun in it.
    private int _passed;
    private bool _isInSecret;

    /// <summary>True when there was a secret.</summary>
    public bool HasFound { get; private set; }

    /// <summary>Adds a piece, and passes on what it is known of that it is in no secret, or that is masked.</summary>
    /// <param name="piece">The next piece.</param>
    /// <param name="masked">Gets what is passed on.</param>
    /// <param name="isEnd">True for the last piece.</param>
    public void Add(ReadOnlySpan<byte> piece, IBufferWriter<byte> masked, bool isEnd)
    {
        Append(piece);
        var (waits, begins) = (_length, _length);
        foreach (var (one, text) in _ways)
        {
            begins = Math.Min(begins, text.Read(_text.AsSpan(0, _length), isEnd));
            for (var i = 0; i < text.Count; i++)
            {
                var isCut = one.Find(text.Values[i..], out var longest);
                if (longest > 0)
                {
                    HasFound = true;
                    _isSecret.AsSpan(text.Start(i)..text.End(i + longest - 1)).Fill(true);
                }

                if (isCut && !isEnd)
                {
                    if (text.Count - i >= SecretPatterns.Shortest)
                    {
                        waits = Math.Min(waits, text.Start(i));
                    }
                    else
                    {
                        begins = Math.Min(begins, text.Start(i));
                    }
                }
            }
        }

        // A line is not kept back for its last few characters: they may begin a secret, but most lines end with no secret,
        // and the next may come in an hour.
        var lineEnd = _text.AsSpan(0, _length).LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
        var pass = Math.Min(waits, Math.Max(begins, lineEnd));
        if (_length - pass > MostWaiting)
        {
            (waits, begins, pass) = (_length, _length, _length);
        }

        Pass(Math.Max(pass, _passed), masked);
        Forget(Math.Min(waits, begins));
    }

    private void Append(ReadOnlySpan<byte> piece)
    {
        if (_text.Length < _length + piece.Length)
        {
            var size = Math.Max(_length + piece.Length, _text.Length * 2);
            Array.Resize(ref _text, size);
            Array.Resize(ref _isSecret, size);
        }

        piece.CopyTo(_text.AsSpan(_length));
        _isSecret.AsSpan(_length, piece.Length).Clear();
        _length += piece.Length;
    }

    private void Pass(int end, IBufferWriter<byte> masked)
    {
        var from = _passed;
        for (var at = _passed; at < end; at++)
        {
            // Lines stay lines.
            var isSecret = _isSecret[at] && _text[at] is not ((byte)'\n' or (byte)'\r');
            if (isSecret && !_isInSecret)
            {
                masked.Write(_text.AsSpan(from..at));
                masked.Write("***"u8);
            }
            else if (!isSecret && _isInSecret)
            {
                from = at;
            }

            _isInSecret = isSecret;
        }

        if (!_isInSecret)
        {
            masked.Write(_text.AsSpan(from..Math.Max(from, end)));
        }

        _passed = end;
    }

    private void Forget(int end)
    {
        var keeps = Math.Min(end, _passed);
        _text.AsSpan(keeps.._length).CopyTo(_text);
        _isSecret.AsSpan(keeps.._length).CopyTo(_isSecret);
        _length -= keeps;
        _passed -= keeps;
    }
}
