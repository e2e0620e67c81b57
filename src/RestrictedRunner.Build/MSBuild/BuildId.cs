using Microsoft.Build.Framework;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>
/// Tells one build from others. MSBuild gives a task nothing that all nodes of a build have in common and no other build has. But it
/// builds a project with the same properties once in a build, for all nodes: the first who asks makes the id, and others get the same.
/// </summary>
internal static class BuildId
{
    private const string Target = "GetBuildId";

    // MSBuild refuses to build a project for a task in a process of its own, some versions with an error.
    private const string OwnProcess = "OutOfProcTaskHostNode";

    /// <summary>The id: a text that may be in a file's name. Where it cannot be had, one that nobody else has.</summary>
    /// <param name="engine">The build.</param>
    /// <param name="project">Full path of a project whose target gives another id each time it is built.</param>
    public static string Of(IBuildEngine engine, string project)
    {
        if (engine is IBuildEngine6 build && engine.GetType().Name != OwnProcess)
        {
            var result = build.BuildProjectFilesInParallel([project], [Target], [null], [[.. build.GetGlobalProperties().Keys]], [null], returnTargetOutputs: true);
            if (result.Result && result.TargetOutputsPerProject[0].TryGetValue(Target, out var ids) && ids is [{ ItemSpec: var id }] && Guid.TryParseExact(id, "N", out _))
            {
                return id;
            }
        }

        return Guid.NewGuid().ToString("N");
    }
}
