using System.Diagnostics.CodeAnalysis;

namespace RestrictedRunner.Build.Cluster;

/// <summary>The cluster works, and says that it cannot run this step.</summary>
/// <param name="message">What it said.</param>
/// <param name="cause">What the system said.</param>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nobody outside hears of it: it becomes an error of the step.")]
internal sealed class ClusterRefusedException(string message, Exception? cause = null) : Exception(message, cause);
