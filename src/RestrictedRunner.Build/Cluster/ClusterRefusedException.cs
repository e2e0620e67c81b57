using System.Diagnostics.CodeAnalysis;
using RestrictedRunner.Build.Failures;

namespace RestrictedRunner.Build.Cluster;

/// <summary>The cluster works, and cannot run this step.</summary>
/// <param name="refusal">What it could not do.</param>
/// <param name="message">The same in words, with what the cluster said.</param>
/// <param name="cause">What the system said.</param>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nobody outside hears of it: it becomes an error of the step.")]
internal sealed class ClusterRefusedException(ClusterRefusal refusal, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What the cluster could not do.</summary>
    public ClusterRefusal Refusal => refusal;
}
