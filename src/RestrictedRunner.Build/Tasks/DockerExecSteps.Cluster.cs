using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Cluster;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.SharedCache;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build;

/// <content>A cluster that runs the steps.</content>
public sealed partial class DockerExecSteps
{
    /// <summary>Address of a cluster that runs hermetic steps, <c>grpc(s)://host[:port][/instance]</c>; empty for none.</summary>
    public string Remote { get; set; } = "";

    /// <summary>What its workers are told, <c>name=value;…</c>, and names of parameters that they need not know.</summary>
    public string RemoteProperties { get; set; } = "";

    /// <summary>False makes it an error when a step cannot run there.</summary>
    public bool RemoteFallback { get; set; } = true;

    private ProjectCluster? Cluster(CacheSetting cache, string projectDirectory, Host host, Diagnostics diagnostics) =>
        Remote.Length == 0 || FailIfNotIncremental || OnlyExplain || OpensShell ? null : FindCluster(cache, projectDirectory, host, diagnostics);

    // A method of its own, so that a build without a cluster compiles nothing of it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "What is kept for the build disposes of it.")]
    private ProjectCluster? FindCluster(CacheSetting cache, string projectDirectory, Host host, Diagnostics diagnostics)
    {
        var server = new SharedCacheProperties(Remote, "", CacheHeader, CacheCertificate, CacheCaBundle, IsContinuousIntegration: false);
        if (ClusterSetting.Read(server, RemoteProperties, projectDirectory, host, diagnostics.Problem) is not { } setting)
        {
            return null;
        }

        try
        {
            var connection = BuildClusters.Of((IBuildEngine4)BuildEngine, setting, Connect);
            return new(connection, setting with { FallsBack = RemoteFallback }, loss => diagnostics.ClusterUnusable(setting.Address, loss.Failure, loss.Message));
        }
        catch (ServerException e)
        {
            diagnostics.Problem(setting.ProblemOf(e));
            return null;
        }

        ClusterConnection Connect()
        {
            var build = BuildId.Of(BuildEngine, BuildIdProject);
            return new(setting, build, cache.Folder is { } folder ? new(folder, build, $"cluster {setting.Server.Address}") : null, host);
        }
    }
}
