using System.Text;

namespace RestrictedRunner.Build.Inputs;

/// <summary>
/// The rules of a dependency file, in the form of make as compilers write it, which is not quite what make reads. What it says
/// of names with spaces, <c>#</c> and backslashes is gcc's, which clang and ninja follow:
/// https://github.com/gcc-mirror/gcc/blob/releases/gcc-12/libcpp/mkdeps.cc (munge),
/// https://github.com/ninja-build/ninja/blob/master/src/depfile_parser.in.cc
/// </summary>
/// <param name="Prerequisites">What comes after the colons: what was read. The names before them do not count.</param>
/// <param name="Lines">
/// Lines of prerequisites as they are written: protoc puts each name on a line of its own and escapes nothing, so that a line
/// with a space may be one name.
/// </param>
internal sealed record MakeRules(IReadOnlyList<string> Prerequisites, IReadOnlyList<string> Lines)
{
    private const char End = '\0';

    /// <summary>Reads a file's text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="problem">What is wrong with it; empty when nothing is.</param>
    /// <returns>Null when something is wrong.</returns>
    public static MakeRules? Parse(string text, out string problem)
    {
        problem = text.Contains(End, StringComparison.Ordinal) ? "it holds a NUL character, which no text has" : "";
        var reader = new Reader(text.TrimStart('\ufeff'));
        var (prerequisites, lines, hasRule) = (new List<string>(), new List<string>(), false);
        while (problem.Length == 0 && reader.NextRule() is { } words)
        {
            if (Separator(words) is not (>= 0 and var separator))
            {
                problem = $"line {words[0].Row} has no colon between what was made and what was read";
            }
            else
            {
                hasRule = true;
                var behind = words[separator].Behind;
                prerequisites.AddRange(behind.Length > 0 ? [behind] : []);
                prerequisites.AddRange(words.Skip(separator + 1).Select(word => word.Text));
                lines.AddRange(LinesOf([.. words.Skip(separator + 1)], reader));
            }
        }

        problem = problem.Length == 0 && !hasRule ? "it has no rule, such as 'main.o: main.c'" : problem;
        return problem.Length > 0 ? null : new([.. prerequisites.Distinct()], [.. lines.Distinct()]);
    }

    // A name on the left may have a colon of its own, C:\main.o, and some write no space behind the one that counts.
    private static int Separator(List<Word> words) =>
        words.FindIndex(static word => word.EndsWithColon) is >= 0 and var end ? end : words.FindIndex(static word => word.Behind.Length > 0);

    private static IEnumerable<string> LinesOf(IReadOnlyList<Word> words, Reader reader) =>
        from word in words
        group word by word.Row into row
        let written = reader.Text[row.First().Start..row.Last().End]
        where row.Count() > 1 || row.First().Text != written
        select written;

    private static bool IsSpace(char character) => character is ' ' or '\t';

    /// <summary>A name.</summary>
    /// <param name="Text">Without its escapes.</param>
    /// <param name="Start">Where it begins in the file.</param>
    /// <param name="End">Where it ends.</param>
    /// <param name="Row">Its line, from 1.</param>
    /// <param name="Colon">Where the text has its first colon that may end a target; -1 for none.</param>
    /// <param name="EndsWithColon">True when the last character is such a colon.</param>
    private sealed record Word(string Text, int Start, int End, int Row, int Colon, bool EndsWithColon)
    {
        /// <summary>What comes behind a colon within the word.</summary>
        public string Behind => Colon < 0 || EndsWithColon ? "" : Text[(Colon + 1)..].TrimStart(':');
    }

    private sealed class Reader(string text)
    {
        private int _at;
        private int _row = 1;

        public string Text => text;

        /// <summary>The words of the next line that has some, with those of the lines that continue it; null at the end.</summary>
        public List<Word>? NextRule()
        {
            while (_at < text.Length)
            {
                var isCommand = Here == '\t';
                var words = Words();
                if (words.Count > 0 && !isCommand)
                {
                    return words;
                }
            }

            return null;
        }

        private char Here => At(_at);

        private char At(int index) => index < text.Length ? text[index] : End;

        private List<Word> Words()
        {
            var words = new List<Word>();
            var isComment = false;
            while (_at < text.Length && LineEnd(_at) == 0)
            {
                if (IsSpace(Here))
                {
                    _at++;
                }
                else if (Continuation(_at) is > 0 and var length)
                {
                    (_at, _row) = (_at + length, _row + 1);
                }
                else
                {
                    // gcc writes "\#" for a name's, and rustc comments at the start of lines.
                    isComment |= words.Count == 0 && Here == '#';
                    var word = ReadWord();
                    if (!isComment)
                    {
                        words.Add(word);
                    }
                }
            }

            _at += LineEnd(_at);
            _row++;
            return words;
        }

        private Word ReadWord()
        {
            var (start, name, colon, isColon) = (_at, new StringBuilder(), -1, false);
            while (_at < text.Length && !IsSpace(Here) && LineEnd(_at) == 0 && Continuation(_at) == 0)
            {
                isColon = false;
                if (Here == '\\')
                {
                    ReadBackslashes(name);
                    continue;
                }

                if (Here == ':')
                {
                    isColon = true;
                    colon = colon < 0 && !IsDrive(name) ? name.Length : colon;
                }

                // A single one is rustc's and protoc's, which escape none.
                _at += Here == '$' && At(_at + 1) == '$' ? 1 : 0;
                name.Append(Here);
                _at++;
            }

            return new(name.ToString(), start, _at, _row, colon, isColon);
        }

        // They escape a space, '#' and ':' alone. Before a space each of the name's own is doubled, elsewhere none is.
        private void ReadBackslashes(StringBuilder name)
        {
            var count = text.AsSpan(_at).IndexOfAnyExcept('\\') is >= 0 and var found ? found : text.Length - _at;
            _at += Continuation(_at + count - 1) > 0 ? count - 1 : count;
            var (next, after) = (Here, At(_at + 1));
            var isEscape = (count % 2 == 1 && IsSpace(next)) || next == '#' || (next == ':' && after is not (End or ' ' or '\t' or '\r' or '\n'));
            var own = !isEscape ? count : IsSpace(next) ? count / 2 : count - 1;
            own -= Continuation(_at) > 0 ? 1 : 0;
            name.Append('\\', own);
            if (isEscape)
            {
                name.Append(next);
                _at++;
            }
        }

        // Length of a backslash and a line end.
        private int Continuation(int at) => At(at) == '\\' && LineEnd(at + 1) is > 0 and var length ? length + 1 : 0;

        // Length of a line end; 0 where there is none.
        private int LineEnd(int at) => At(at) == '\n' ? 1 : At(at) == '\r' && At(at + 1) == '\n' ? 2 : 0;

        private bool IsDrive(StringBuilder before) => before.Length == 1 && char.IsAsciiLetter(before[0]) && At(_at + 1) is '/' or '\\';
    }
}
