using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.SharedCache;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build;

/// <content>The shared cache.</content>
public sealed partial class DockerExecSteps
{
    /// <summary>Address of a server behind the cache of this machine: <c>http(s)://host/path</c> or <c>grpc(s)://host:port/instance</c>; empty for none.</summary>
    public string CacheAddress { get; set; } = "";

    /// <summary><c>true</c> stores new results there, <c>ci</c> does so where <see cref="IsContinuousIntegration"/> is true; <c>false</c> or empty only reads.</summary>
    public string CachePush { get; set; } = "";

    /// <summary>Name of the environment variable that holds a header of each request, <c>Name: value</c>; empty for none.</summary>
    public string CacheHeader { get; set; } = "";

    /// <summary>PEM file with a certificate of the client and its key, relative to the project; empty for none.</summary>
    public string CacheCertificate { get; set; } = "";

    /// <summary>PEM file with the authorities that sign the server's certificate, relative to the project; empty for the system's.</summary>
    public string CacheCaBundle { get; set; } = "";

    /// <summary><c>ContinuousIntegrationBuild</c>.</summary>
    public bool IsContinuousIntegration { get; set; }

    private SharedCacheSetting? ReadSharedCache(CacheSetting cache, string projectDirectory, Host host, Diagnostics diagnostics) =>
        CacheAddress.Length == 0 || cache.Folder is null ? null
        : SharedCacheSetting.Read(new(CacheAddress, CachePush, CacheHeader, CacheCertificate, CacheCaBundle, IsContinuousIntegration), projectDirectory, host, diagnostics.SharedCacheInvalid);

    // Nothing is sent yet. A method of its own, so that a build without a shared cache compiles nothing of it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "What is returned disposes of it.")]
    private ProjectSharedCache OpenSharedCache(SharedCacheSetting shared, CacheSetting cache, Host host, Diagnostics diagnostics)
    {
        var local = new ResultCache(cache.Folder!);
        var server = SharedServer.Of((IBuildEngine4)BuildEngine, shared.Address, Make);
        var uploads = shared.Pushes ? new SharedUploads(server, local, Tell, _cancellation.Token) : null;
        return new(new SharedResultCache(local, cache.Limit, server, uploads, failure => Tell(failure, UploadLoss.Server)), uploads);

        void Tell(ServerException failure, UploadLoss loss)
        {
            if (loss == UploadLoss.Server)
            {
                diagnostics.SharedCacheGivenUp(shared.Url, failure);
            }
            else
            {
                diagnostics.SharedCacheTakesNot(shared.Url, failure, onlyThis: loss == UploadLoss.Result);
            }
        }

        SharedServer Make()
        {
            var build = BuildId.Of(BuildEngine, BuildIdProject);
            return new(() => ServerConnection.Open(shared, build, host), cache.Folder!, build, shared.Address);
        }
    }
}
