using System.Diagnostics.CodeAnalysis;

namespace RestrictedRunner.Build.Execution;

/// <summary>The engine does not see this machine's files, so a step that was to see all of the project has not run.</summary>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nobody outside hears of it: the step runs on copies of its inputs.")]
internal sealed class UnseenFilesException : Exception;
