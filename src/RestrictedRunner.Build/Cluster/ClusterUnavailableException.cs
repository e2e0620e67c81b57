using System.Diagnostics.CodeAnalysis;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Build.Cluster;

/// <summary>The cluster cannot be used any more in this build, whatever the step is.</summary>
/// <param name="message">Why.</param>
/// <param name="cause">What the system said.</param>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nobody outside hears of it: the step runs here, or it becomes an error.")]
internal sealed class ClusterUnavailableException(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What keeps the cluster from its work.</summary>
    public ServerFailure Failure => InnerException switch
    {
        ServerException server => server.Failure,
        ClusterUnavailableException sooner => sooner.Failure,
        _ => ServerFailure.Unreachable,
    };
}
