using System.Text.RegularExpressions;
using RestrictedRunner.Build.Text;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>
/// Failed tests of Go: <c>--- FAIL: TestName</c>, then what the test said as <c>    file_test.go:line: text</c>. With
/// <c>-v</c> that comes before, and is the same as what a test that passed said.
/// </summary>
internal sealed partial class GoTestFormat
{
    private const string Failed = "--- FAIL: ";

    /// <summary>True when the next line may be what a failed test said.</summary>
    public bool IsInFailed { get; private set; }

    /// <summary>Gets every line of the stream while <see cref="IsInFailed"/>, else those with a colon or a blank in front.</summary>
    public ToolMessage? Read(string line)
    {
        if (!IsInFailed)
        {
            IsInFailed = line.StartsWith(Failed, StringComparison.Ordinal);
            return null;
        }

        if (!line.StartsWith("    ", StringComparison.Ordinal))
        {
            IsInFailed = line.StartsWith(Failed, StringComparison.Ordinal);
            return null;
        }

        var match = Said().Match(line);
        return match.Success
            ? new(MessageSeverity.Error, match.Text("text")) { File = match.Text("file"), Line = match.Number("line") }
            : null;
    }

    [GeneratedRegex(@"^ {4,}(?<file>[^\s:]+\.go):(?<line>[0-9]+): (?<text>\S.*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Said();
}
