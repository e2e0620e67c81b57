using Microsoft.Build.Framework;

namespace RestrictedRunner.Build;

/// <content>Its parameters.</content>
public sealed partial class DockerExecSteps
{
    /// <summary>The items <c>DockerExecStep</c>. Files of steps that are not among them any more are removed.</summary>
    public ITaskItem[] Steps { get; set; } = [];

    /// <summary>True in the outer build of several frameworks, which runs the steps that are the same for all of them.</summary>
    public bool AllFrameworks { get; set; }

    /// <summary>Configuration, platform and runtime identifier of the build. <c>Clean</c> of another configuration leaves what this one wrote.</summary>
    public string Configuration { get; set; } = "";

    /// <summary>The framework of an inner build of several; otherwise empty.</summary>
    public string InnerFramework { get; set; } = "";

    /// <summary>For each property <c>DockerExec…</c> that is a default, an item named after the parameter with metadata <c>Value</c>.</summary>
    public ITaskItem[] Defaults { get; set; } = [];

    /// <summary>Mounts of every step: the items <c>DockerMount</c>.</summary>
    public ITaskItem[] Mounts { get; set; } = [];

    /// <summary>Images that are built from Dockerfiles: the items <c>DockerImage</c>.</summary>
    public ITaskItem[] Images { get; set; } = [];

    /// <summary>What steps name in <c>Secrets</c>: the items <c>DockerSecret</c>. They say where values come from, and have none.</summary>
    public ITaskItem[] SecretItems { get; set; } = [];

    /// <summary>Folder for the files that remember how outputs were made, relative to the project.</summary>
    [Required]
    public string StateFolder { get; set; } = "";

    /// <summary>When the project was read, in ticks of UTC; 0 for now.</summary>
    public long ReadAt { get; set; }

    /// <summary>What <c>Clean</c> removed of the steps' files since the project was read, relative to it.</summary>
    public ITaskItem[] Cleaned { get; set; } = [];

    /// <summary>Folders that the build writes to, such as <c>obj/</c>. Globs and folders among the inputs leave them out.</summary>
    public ITaskItem[] BuildFolders { get; set; } = [];

    /// <summary>File whose time says when all steps were last up to date; empty for none.</summary>
    public string Stamp { get; set; } = "";

    /// <summary>How many steps may run at once; 0 is the number of processors.</summary>
    public int MaxParallel { get; set; }

    /// <summary>True starts no more steps after one has failed.</summary>
    public bool StopAtFailure { get; set; }

    /// <summary>False does not ask the engine what an image's name stands for: the name itself is in the key.</summary>
    public bool ResolveImages { get; set; } = true;

    /// <summary><c>local</c> (default) restores what an earlier run of the same step wrote, also in another project or branch; <c>off</c> does not.</summary>
    public string Cache { get; set; } = "";

    /// <summary>Most that the cache takes of the disk, such as <c>10g</c> (default).</summary>
    public string CacheSize { get; set; } = "";

    /// <summary>File that says which image each name stands for, relative to the project; empty for the nearest <c>docker-exec.lock.json</c> in its folder or above it.</summary>
    public string LockFile { get; set; } = "";

    /// <summary><c>true</c> runs no image that is not in the lock file; empty does what <see cref="IsLockedByDefault"/> says.</summary>
    public string LockedMode { get; set; } = "";

    /// <summary>True where a lock file has to have every image, if there is one.</summary>
    public bool IsLockedByDefault { get; set; }

    /// <summary>Files whose property names are looked at for misspelt ones; the first is the project's, which errors of no step point at.</summary>
    public ITaskItem[] ProjectFiles { get; set; } = [];

    /// <summary>True only tells what a build would do with each step.</summary>
    public bool OnlyExplain { get; set; }

    /// <summary>True leaves steps that are the same for all frameworks to the outer build, which tells of them.</summary>
    public bool OuterExplains { get; set; }

    /// <summary>Set by MSBuild for <c>-question</c>.</summary>
    public bool FailIfNotIncremental { get; set; }

    /// <summary>The files that the steps wrote, relative to the project, with the name of their step as metadata <c>Step</c> and its metadata <c>Compile</c>.</summary>
    [Output]
    public ITaskItem[] OutputFiles { get; private set; } = [];

    /// <summary>With <see cref="OnlyExplain"/>: the steps, with what a build would do as metadata <c>Would</c> (<c>Nothing</c>, <c>Restore</c> or <c>Run</c>), why as <c>Causes</c>, and both for people as <c>Text</c>.</summary>
    [Output]
    public ITaskItem[] Explained { get; private set; } = [];

    /// <summary>Full paths of files that were among the steps' outputs when the project was read, and are not there any more.</summary>
    [Output]
    public ITaskItem[] Removed { get; private set; } = [];

    /// <summary>True when metadata <c>Compile</c> of a step say something, so that somebody has to look at them.</summary>
    [Output]
    public bool CompilesOutputs => Array.Exists(Steps, step => step.GetMetadata("Compile").Length > 0);
}
