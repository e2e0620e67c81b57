using Microsoft.Build.Framework;
using RestrictedRunner.Build.State;

namespace RestrictedRunner.Build.Building;

/// <summary>
/// Whether a build looks at a step for the first time. In a build of several frameworks each may find the step up to date.
/// Other nodes of MSBuild know nothing of this.
/// </summary>
internal static class FirstLook
{
    /// <summary>True once in a build for each step.</summary>
    public static bool Is(IBuildEngine4 build, StatePaths paths)
    {
        var key = $"{typeof(StepWarning).FullName} {paths.State}";
        if (build.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is not null)
        {
            return false;
        }

        build.RegisterTaskObject(key, key, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        return true;
    }
}
