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
    /// <param name="folder">Host path of the project's folder, or of what stands in for it.</param>
    /// <param name="start">Path below it that the command starts in; empty for the folder itself.</param>
    /// <param name="more">Mounts of all steps.</param>
    public static void AddTo(DockerExec task, string folder, string start, IEnumerable<ITaskItem> more)
    {
        var project = new TaskItem(EscapedText.Escape(folder));
        project.SetMetadata("ContainerPath", Path);
        task.Mounts = [project, .. more, .. task.Mounts];
        if (task.WorkDir.Length == 0 && task.WorkingDirectory.Length == 0)
        {
            task.WorkDir = start.Length == 0 ? Path : $"{Path}/{start}";
        }

        if (task.User.Length == 0)
        {
            task.User = "current";
        }
    }
}
