using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>
/// The connections by ssh that the steps of a build share. MSBuild keeps them until the build's end, in each of its nodes, and
/// disposes of them then.
/// </summary>
internal static class BuildForwards
{
    /// <summary>The machine, for a build that reaches each engine behind ssh by one connection.</summary>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "MSBuild disposes of it at the build's end; another one is empty.")]
    public static Host ConnectingOnce(this Host host, IBuildEngine engine)
    {
        var key = typeof(SshForwards).FullName!;
        if (engine is not IBuildEngine4 build)
        {
            return host;
        }

        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is null)
        {
            // Of several at once, MSBuild keeps the first.
            build.RegisterTaskObject(key, new SshForwards(host), RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }

        var forwards = (SshForwards)build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build);
        return host with { Forward = forwards.Find };
    }
}
