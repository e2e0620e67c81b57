using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;

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
    /// <exception cref="IOException">There is no room.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void CopyInputs(CancellationToken cancellation)
    {
        foreach (var file in _inputs.Found.Files)
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

        foreach (var link in _inputs.Found.Links)
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

    /// <summary>Puts the outputs where the project wants them: whole files only, and no link that leads out.</summary>
    /// <param name="outputs">Paths of what the step wrote, relative to the project's folder.</param>
    /// <param name="places">Where they are to be.</param>
    /// <param name="cancellation">Stops before the first file has changed.</param>
    /// <param name="problem">Why it could not be done.</param>
    /// <returns>What is there now; null when it could not be done.</returns>
    public IReadOnlyList<InputEntry>? BringBack(IReadOnlyList<string> outputs, OutputPlaces places, CancellationToken cancellation, out string problem) =>
        OutputTransfer.Copy(new(ProjectDirectory, outputs), places, _folder.Outputs, cancellation, out problem);

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
