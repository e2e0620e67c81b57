using System.Diagnostics.CodeAnalysis;

namespace RestrictedRunner.Build.Execution;

/// <summary>The cache mounts of a step cannot be had, so it was not run.</summary>
/// <param name="message">Why, and what to do.</param>
/// <param name="cause">What the system said.</param>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nobody outside hears of it: it becomes an error of the step.")]
internal sealed class CacheMountsException(string message, Exception? cause = null) : Exception(message, cause);
