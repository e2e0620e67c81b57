using System.Diagnostics.CodeAnalysis;

namespace RestrictedRunner.Build.Locking;

/// <summary>A file is no lock file that can be read.</summary>
/// <param name="line">The line, from 1; 0 when it is not known.</param>
/// <param name="reason">What is wrong, as a part of a sentence.</param>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "The tasks log it as an error.")]
internal sealed class LockFileException(int line, string reason) : Exception(reason)
{
    /// <summary>The line, from 1; 0 when it is not known.</summary>
    public int Line => line;

    /// <summary>True for a file of another version of the form.</summary>
    public bool IsOfVersion { get; init; }
}
