using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>How a declared step sees the project: at one path, whatever the machine's is, with the command starting there.</summary>
internal static class ProjectMount
{
    /// <summary>Where the project's folder is in the container.</summary>
    public const string Path = "/project";

    /// <summary>Adds what a step gets that says nothing else: the project's folder, as the folder that it starts in, and the caller as its user.</summary>
    /// <param name="task">The step's task.</param>
    /// <param name="mounts">What shows the project's folder, or what stands in for it, and the folders of outputs.</param>
    /// <param name="start">Path below <see cref="Path"/> that the command starts in; empty for that itself.</param>
    /// <param name="more">Mounts of all steps.</param>
    public static void AddTo(DockerExec task, IEnumerable<Mount> mounts, string start, IEnumerable<ITaskItem> more)
    {
        task.Mounts = [.. mounts.Select(Item), .. more, .. task.Mounts];
        if (task.WorkDir.Length == 0 && task.WorkingDirectory.Length == 0)
        {
            task.WorkDir = At(start);
        }

        if (task.User.Length == 0)
        {
            task.User = "current";
        }
    }

    /// <summary>Path in the container of one below <see cref="Path"/>.</summary>
    public static string At(string below) => below.Length == 0 ? Path : $"{Path}/{below}";

    private static ITaskItem Item(Mount mount)
    {
        var item = new TaskItem(EscapedText.Escape(mount.HostPath));
        item.SetMetadata("ContainerPath", mount.ContainerPath);
        return item;
    }
}
