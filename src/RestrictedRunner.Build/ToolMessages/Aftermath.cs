using System.Text.RegularExpressions;

namespace RestrictedRunner.Build.ToolMessages;

/// <summary>What tools print around an error and at its end, and what says nothing more: the line of the source, notes, counts.</summary>
internal static partial class Aftermath
{
    /// <summary>True for such a line. It is one only behind an error: alone, it may be all that there is.</summary>
    public static bool IsOfError(string line) => Excerpt().IsMatch(line) || Note().IsMatch(line) || Context().IsMatch(line) || Count().IsMatch(line) || OfMake().IsMatch(line);

    /// <summary>True for the line that points into the line of the source above it, which clang shows as it is.</summary>
    public static bool IsCaret(string line) => Caret().IsMatch(line);

    [GeneratedRegex(@"^[\s~]*\^[\s~^]*$")]
    private static partial Regex Caret();

    // gcc and clang, rustc, protoc and javac show the line of the source, and what is wrong in it, indented or behind a bar.
    [GeneratedRegex(@"^(\s|\d+\s*\||[|^~])")]
    private static partial Regex Excerpt();

    [GeneratedRegex(@"^[^\s:]+(:\d+){1,2}: note: |^= ?(note|help): ")]
    private static partial Regex Note();

    // "main.c: In function ‘main’:", "/usr/bin/ld: /tmp/x.o: in function `main':".
    [GeneratedRegex(@"^(In file included from |.*: (in|at) [^:]*:$)", RegexOptions.IgnoreCase)]
    private static partial Regex Context();

    [GeneratedRegex(@"^(compilation terminated\.|\d+ (errors?|warnings?)( and \d+ (errors?|warnings?))?( generated\.)?$|found \d+ errors?|for more information about (this|an) error|cc1(plus|obj|objplus)?: (all|some) warnings being treated as errors|(some|the following) errors have detailed explanations)", RegexOptions.IgnoreCase)]
    private static partial Regex Count();

    // That a rule failed, and not that there is none. Ninja repeats the command of the edge that failed.
    [GeneratedRegex(@"^([\w-]*make(\[\d+\])?: (\*\*\* (\[.*\] Error \d+|Waiting for unfinished jobs)|(Leaving|Entering) directory |Target .* not remade )|ninja: build stopped|FAILED: )")]
    private static partial Regex OfMake();
}
