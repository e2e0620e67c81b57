using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Strategies;

/// <summary>
/// The folder that a hermetic step sees in place of the project's: the inputs that it declares, as copies, their links as links, and
/// nothing else. What it writes there is thrown away, except for its outputs.
/// </summary>
internal sealed class Stage : IDisposable
{
    private readonly StageFolder _folder;
    private readonly FileSnapshot _inputs;
    private readonly bool _isMounted;

    /// <summary>Begins one that is empty.</summary>
    /// <param name="folder">Where it is; nothing else may use that.</param>
    /// <param name="inputs">The inputs, with their places in the tree.</param>
    /// <param name="isMounted">True where a container sees the tree already, and will after this step.</param>
    /// <exception cref="IOException">What is there cannot be removed.</exception>
    public Stage(StageFolder folder, FileSnapshot inputs, bool isMounted)
    {
        (_folder, _inputs, _isMounted) = (folder, inputs, isMounted);

        // A build that was killed may have left it.
        Remove();
        ProjectDirectory = folder.ProjectDirectory(inputs.ProjectInTree);
        Directory.CreateDirectory(ProjectDirectory);
        Directory.CreateDirectory(_folder.Outputs);
    }

    /// <summary>What stands in for the project's folder and for those above it that inputs are in.</summary>
    public string Tree => _folder.Tree;

    /// <summary>What stands in for the project's folder.</summary>
    public string ProjectDirectory { get; }

    /// <summary>Copies the inputs.</summary>
    /// <param name="cancellation">Ends the copying.</param>
    /// <param name="which">Tells by their paths, relative to the project's folder, those that are needed; null for all.</param>
    /// <exception cref="IOException">There is no room.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void CopyInputs(CancellationToken cancellation, Predicate<string>? which = null)
    {
        foreach (var file in _inputs.Found.Files.Where(file => which?.Invoke(file.Path) != false))
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                var place = PlaceFor(file.Path);
                File.Copy(file.FullPath, place);
                ReadOnlyAttribute.Clear(place);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // Somebody removed it since it was found: an input that has changed.
            }
        }

        foreach (var link in _inputs.Found.Links.Where(link => which?.Invoke(link.Path) != false))
        {
            SymbolicLink.Create(PlaceFor(link.Path), _inputs.TargetInTree(link));
        }

        string PlaceFor(string path)
        {
            var place = Path.Combine(Tree, _inputs.PathInTree(path));
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            return place;
        }
    }

    /// <summary>The files among the inputs that were not copied, and makes the folders that they belong into.</summary>
    /// <param name="folder">Full path of the folder in the stage whose files are wanted.</param>
    /// <param name="host">The form of paths on the host.</param>
    public IReadOnlyList<PlacedFile> Others(string folder, HostPaths host)
    {
        var others = new List<PlacedFile>();
        foreach (var (entry, fullPath) in _inputs.Entries())
        {
            var place = host.Join(Tree, entry.Path);
            if (entry is InputEntry.File file && host.IsAtOrBelow(place, folder) && !File.Exists(place))
            {
                others.Add(new(host.Relative(folder, place), fullPath, file.Digest.Hash.ToUpperInvariant()));
            }
        }

        foreach (var parent in others.Select(file => host.Parent(host.Join(folder, file.Path))!).Distinct())
        {
            Directory.CreateDirectory(parent);
        }

        return others;
    }

    /// <summary>Puts what a step has written where the project wants it: whole files only, and no link that leads out.</summary>
    /// <param name="work">The step.</param>
    /// <param name="before">What was among its outputs.</param>
    /// <param name="container">What it ran in.</param>
    /// <param name="sawInputs">False when it may have seen other inputs than those of its key.</param>
    /// <param name="finish">Is told what it wrote.</param>
    /// <returns>What <paramref name="finish"/> returns; null when an error was logged.</returns>
    public StepResultFiles? Finish(StepWork work, OutputsBefore before, StepContainer container, bool sawInputs, Func<RanStep, StepResultFiles> finish)
    {
        // Inputs are no outputs, though they are among them.
        var staged = new CallersFiles(Tree);
        foreach (var input in before.Untouched())
        {
            staged.Remove(input.Info.FullName);
        }

        var outputs = new OutputSearch(work.Step.Outputs.In(ProjectDirectory)).FindPaths();
        if (OutputTransfer.Copy(new(ProjectDirectory, outputs), work.Files.Places, _folder.Outputs, work.Cancellation, out var problem) is not { } entries)
        {
            work.Log.Diagnostics.StepFilesUnusable(work.Step, problem);
            return null;
        }

        return finish(new(WrittenFiles.Of(entries), ProjectDirectory, container.Recorded) { SawInputs = sawInputs, Discovered = container.Discovered });
    }

    /// <summary>Moves the stage to where it stays.</summary>
    /// <param name="place">Its folder from then on; an earlier one is replaced.</param>
    /// <exception cref="IOException">It cannot be moved.</exception>
    public void KeepIn(StageFolder place)
    {
        Remove(place);
        Directory.Move(_folder.FullPath, place.FullPath);
    }

    /// <summary>Removes a stage that was kept.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public static void Remove(StageFolder kept) => new CallersFiles(Path.GetDirectoryName(kept.FullPath)!).RemoveTree(kept.FullPath);

    public void Dispose()
    {
        try
        {
            Remove();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody has a file of it open. The step's outputs are in their places; the next run removes the rest.
        }
    }

    private void Remove()
    {
        if (_isMounted)
        {
            var files = new CallersFiles(Path.GetDirectoryName(_folder.FullPath)!);
            files.RemoveContent(_folder.Outputs);
            files.RemoveContent(Tree);
        }
        else
        {
            Remove(_folder);
        }
    }
}
