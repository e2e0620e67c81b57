using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace RestrictedRunner.Build;

/// <summary>Finds the files that the steps of a project wrote when they last succeeded, and removes them for <c>Clean</c>.</summary>
[MSBuildMultiThreadableTask]
public sealed class DockerExecWritten : Microsoft.Build.Utilities.Task
{
    /// <summary>The items <c>DockerExecStep</c>.</summary>
    [Required]
    public ITaskItem[] Steps { get; set; } = [];

    /// <summary>Folder for the files that remember how outputs were made, relative to the project.</summary>
    [Required]
    public string StateFolder { get; set; } = "";

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

    /// <summary>Looks for the files, and removes them if it is to.</summary>
    /// <returns>False when an error was logged.</returns>
    public override bool Execute()
    {
        var projectDirectory = ProjectFolder.Find();
        var stateFolder = Path.GetFullPath(StateFolder, projectDirectory);
        var written = StatePaths.AllWritten(stateFolder).ToDictionary(path => path, WrittenFiles.Load);
        Files = [.. written.Values.SelectMany(files => files.Files).Distinct().Select(file => new TaskItem(EscapedText.Escape(OutputPath.Ordinary(file))))];
        if (Remove)
        {
            RemoveOfThisBuild(written, stateFolder, projectDirectory);
        }

        return !Log.HasLoggedErrors;
    }

    private void RemoveOfThisBuild(Dictionary<string, WrittenFiles> written, string stateFolder, string projectDirectory)
    {
        var steps = Steps.Select(Read).Where(IsOfThisBuild).ToList();
        HashSet<string> declared = [.. steps.Select(step => StatePaths.Of(stateFolder, step).Written)];
        var scope = new BuildScope(Configuration, InnerFramework).Text;
        var ofThisBuild = written.Where(files => declared.Contains(files.Key) || files.Value.Scope == scope).ToDictionary();
        var named = RemoveNamed ? steps.SelectMany(step => Named(step, projectDirectory)).ToHashSet() : [];
        foreach (var path in ofThisBuild.Values.SelectMany(files => files.Contents.Keys).Concat(named).Distinct().OrderDescending(Utf8Order.Comparer))
        {
            Try(() => RemoveOne(path, projectDirectory, output => named.Contains(path) || ofThisBuild.Values.Any(files => files.Has(output, CancellationToken.None))));
        }

        Try(() => StatePaths.Remove(stateFolder, stays: path => written.ContainsKey(path) && !ofThisBuild.ContainsKey(path)));
    }

    private static void RemoveOne(string path, string projectDirectory, Predicate<OutputOnDisk> mayGo)
    {
        if (OutputOnDisk.At(projectDirectory, path) is { } output && mayGo(output))
        {
            OutputOnDisk.Remove([output], stays: static _ => false);
        }
    }

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

    private static DeclaredStep Read(ITaskItem item) => StepReader.Read(item, new Dictionary<string, string>(), new StepLines(), static (_, _) => { });

    // A project of several frameworks cleans the inner builds first, and may read the later ones only when the earlier are
    // clean: what an inner one removed of all of them, their globs would not find (Rebuild).
    private bool IsOfThisBuild(DeclaredStep step) => step.PerTargetFramework ? !AllFrameworks : InnerFramework.Length == 0;

    private static IEnumerable<string> Named(DeclaredStep step, string projectDirectory)
    {
        // What a glob or folder of the inputs comes upon is none.
        var inputs = step.AllInputs.Select(input => new NamePattern(input, projectDirectory)).Where(input => input.Glob.IsPlain).Select(input => input.Path).ToHashSet();
        var files = step.Outputs.Where(output => !output.EndsWith('/') && !inputs.Contains(new NamePattern(output, projectDirectory).Path));
        return new DeclaredOutputs([.. files]).Named(projectDirectory).Where(path => OutputOnDisk.At(projectDirectory, path) is { IsFolder: false, IsLink: false });
    }
}
