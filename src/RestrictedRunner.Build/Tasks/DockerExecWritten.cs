using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Paths;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build;

/// <summary>Finds the files that the steps of a project wrote when they last succeeded, and removes them for <c>Clean</c>.</summary>
[MSBuildMultiThreadableTask]
public sealed class DockerExecWritten : Microsoft.Build.Utilities.Task
{
    /// <summary>The items <c>DockerExecStep</c>.</summary>
    public ITaskItem[] Steps { get; set; } = [];

    /// <summary>Folder for the files that remember how outputs were made, relative to the project.</summary>
    [Required]
    public string StateFolder { get; set; } = "";

    /// <summary>Full path of the project's file: what other projects remember in the same folder stays.</summary>
    [Required]
    public string Project { get; set; } = "";

    /// <summary>True in the outer build of several frameworks.</summary>
    public bool AllFrameworks { get; set; }

    /// <summary>Configuration, platform and runtime identifier of the build: what was written in another stays.</summary>
    public string Configuration { get; set; } = "";

    /// <summary>The framework of an inner build of several, which removes only what each framework has for itself; otherwise empty.</summary>
    public string InnerFramework { get; set; } = "";

    /// <summary>True removes the files that are still as they were written; others are the user's own.</summary>
    public bool Remove { get; set; }

    /// <summary>True removes outputs that are declared by their names too, whoever wrote them: the next build makes them again.</summary>
    public bool RemoveNamed { get; set; }

    /// <summary>The files, relative to the project.</summary>
    [Output]
    public ITaskItem[] Files { get; private set; } = [];

    /// <summary>Those that were removed.</summary>
    [Output]
    public ITaskItem[] Removed { get; private set; } = [];

    /// <summary>Looks for the files, and removes them if it is to.</summary>
    /// <returns>False when an error was logged.</returns>
    public override bool Execute()
    {
        Try(() =>
        {
            var projectDirectory = ProjectFolder.Find();
            var host = Host.OfThisMachine.At(Project);
            var state = new StateFolder(host.Paths.Trimmed(host.Paths.Full(StateFolder, projectDirectory)), Project) { Host = host.Paths };
            var remembered = state.Steps(except: new HashSet<string>());
            Files = Items(remembered.Values.SelectMany(step => step.Written.Files).Distinct());
            if (Remove)
            {
                RemoveOfThisBuild(remembered, state, projectDirectory, host);
            }
        });

        return !Log.HasLoggedErrors;
    }

    private void RemoveOfThisBuild(IReadOnlyDictionary<string, StepState> remembered, StateFolder state, string projectDirectory, Host host)
    {
        var steps = Steps.Select(item => StepReader.ReadAlone(item, projectDirectory, host)).Where(IsOfThisBuild).ToList();
        HashSet<string> declared = [.. steps.Select(step => state.Of(step).State)];
        var scope = new BuildScope(Configuration, InnerFramework).Text;
        var ofThisBuild = remembered.Where(step => declared.Contains(step.Key) || step.Value.Writer.Scope == scope).ToDictionary();
        var named = RemoveNamed ? steps.SelectMany(step => Named(step, projectDirectory)).ToHashSet() : [];
        var removed = new List<string>();

        // The folder of a step that is about to write there has to stay, though nothing is in it yet.
        var staysEmpty = state.OthersAreBuilt();
        foreach (var path in ofThisBuild.Values.SelectMany(step => step.Written.Contents.Keys).Concat(named).Distinct().OrderDescending(Utf8Order.Comparer))
        {
            Try(() =>
            {
                if (OutputOnDisk.At(projectDirectory, path) is { } output && (named.Contains(path) || ofThisBuild.Values.Any(step => step.Written.Has(output, CancellationToken.None))))
                {
                    OutputOnDisk.Remove([output], new(projectDirectory), stays: _ => staysEmpty);
                    removed.Add(path);
                }
            });
        }

        Removed = Items(removed);
        Try(() => ofThisBuild.Values.ToList().ForEach(step => state.ForgetFormerProject(step.Writer)));
        Try(() => state.Remove(gone: ofThisBuild.Keys, kept: remembered.Keys.Where(path => !ofThisBuild.ContainsKey(path))));
    }

    private static ITaskItem[] Items(IEnumerable<string> paths) => [.. paths.Select(path => new TaskItem(EscapedText.Escape(OutputPath.Ordinary(path))))];

    private void Try(Action remove)
    {
        try
        {
            remove();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As the task Delete does.
            Log.LogWarningFromException(e);
        }
    }

    // A project of several frameworks cleans the inner builds first, and may read the later ones only when the earlier are
    // clean: what an inner one removed of all of them, their globs would not find (Rebuild).
    private bool IsOfThisBuild(DeclaredStep step) => step.PerTargetFramework ? !AllFrameworks : InnerFramework.Length == 0;

    private static IEnumerable<string> Named(DeclaredStep step, string projectDirectory)
    {
        // What a glob or folder of the inputs comes upon is none.
        var inputs = step.Inputs.Named.ToHashSet(step.Inputs.Host.Comparer);
        return new OutputSearch(step.Outputs.Without(output => output.IsFolder || inputs.Contains(output.FullPath))).Named.Where(path => OutputOnDisk.At(projectDirectory, path) is { IsFolder: false, IsLink: false });
    }
}
