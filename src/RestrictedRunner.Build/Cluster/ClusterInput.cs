using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Build.Cluster;

/// <summary>A file that a step on a cluster reads.</summary>
/// <param name="Name">Its path, as users write it.</param>
/// <param name="Content">What was in it when the step's key was made.</param>
internal sealed record ClusterInput(string Name, Blob Content)
{
    /// <summary>False when somebody has written to the file since then, or removed it.</summary>
    public bool IsUnchanged(CancellationToken cancellation)
    {
        try
        {
            using var file = Content.Open();
            return HashingCopy.Copy(file, Stream.Null, cancellation).Equals(Content.Digest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
