using System.Diagnostics.CodeAnalysis;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>A line of a <c>.dockerignore</c> file is no pattern.</summary>
/// <param name="line">Its number, from 1.</param>
/// <param name="pattern">The line.</param>
/// <param name="reason">What is wrong with it.</param>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nobody outside hears of it: it becomes an error of the build.")]
internal sealed class IgnorePatternException(int line, string pattern, string reason) : FormatException(reason)
{
    /// <summary>Its number, from 1.</summary>
    public int Line => line;

    /// <summary>The line.</summary>
    public string Pattern => pattern;
}
