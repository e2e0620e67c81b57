using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>The folder of the project that is built.</summary>
internal static class ProjectFolder
{
    /// <summary>Its full path: the folder that items resolve against. Right in every MSBuild node, unlike the process's current directory.</summary>
    public static string Find() => new TaskItem(".").GetMetadata("FullPath");
}
