using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;

namespace RestrictedRunner.Build.Cluster;

/// <summary>The clusters that a build uses, mostly one. MSBuild keeps them until the build's end, in each of its nodes, and disposes of them then.</summary>
internal sealed class BuildClusters : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ClusterConnection>> _connections = [];

    /// <summary>That of a project.</summary>
    /// <param name="engine">The build.</param>
    /// <param name="setting">What the project says of it.</param>
    /// <param name="make">Connects to it; nothing is sent yet.</param>
    /// <exception cref="RemoteServers.ServerException">A header or a certificate cannot be had.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "MSBuild disposes of the one that it keeps; another one is empty.")]
    public static ClusterConnection Of(IBuildEngine4 engine, ClusterSetting setting, Func<ClusterConnection> make)
    {
        var key = typeof(BuildClusters).FullName!;
        if (engine.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null)
        {
            // Of several at once, MSBuild keeps the first.
            engine.RegisterTaskObject(key, new BuildClusters(), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        var clusters = (BuildClusters)engine.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build);
        return clusters._connections.GetOrAdd(setting.Server.Address, _ => new(make)).Value;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var connection in _connections.Values.Where(connection => connection.IsValueCreated))
        {
            connection.Value.Dispose();
        }
    }
}
