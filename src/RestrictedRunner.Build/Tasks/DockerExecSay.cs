using Microsoft.Build.Framework;
using RestrictedRunner.Build.MSBuild;

namespace RestrictedRunner.Build;

/// <summary>Shows texts on a terminal whose logger hides messages. They are in the log already.</summary>
[MSBuildMultiThreadableTask]
public sealed class DockerExecSay : Microsoft.Build.Utilities.Task
{
    /// <summary>Items whose metadata <c>Text</c> are the texts.</summary>
    [Required]
    public ITaskItem[] Texts { get; set; } = [];

    /// <summary>Says them when the build ends.</summary>
    /// <returns>True.</returns>
    public override bool Execute()
    {
        TerminalText.Add(BuildEngine, Texts.Select(text => text.GetMetadata("Text")));
        return true;
    }
}
