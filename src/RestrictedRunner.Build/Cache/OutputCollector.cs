using System.Collections.Concurrent;
using Google.Protobuf;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Cache;

/// <summary>From the outputs of a step to its <see cref="ActionResult"/>: the same outputs are the same bytes.</summary>
/// <param name="put">Stores a message or a text.</param>
/// <param name="putFile">Stores a file's content.</param>
internal sealed class OutputCollector(Func<ReadOnlyMemory<byte>, Digest> put, Func<string, Digest> putFile)
{
    /// <summary>Who made a result. With no field set, it would be no bytes at all, which servers refuse.</summary>
    public const string Worker = "restricted-runner";

    /// <exception cref="ArgumentException">An output's path is not one below the folder.</exception>
    /// <exception cref="IOException">An output is not there, is in no place or of no kind that can be restored, or cannot be read or stored.</exception>
    /// <exception cref="UnauthorizedAccessException">An output may not be read, or the cache not be written.</exception>
    public ActionResult Collect(StepOutputs outputs, CancellationToken cancellationToken)
    {
        var found = OutputPath.Outermost(outputs.Paths).Select(path => Find(outputs.Folder, path)).ToList();
        var digests = new ConcurrentDictionary<string, Digest>();
        InParallel.ForEach(
            found.SelectMany(output => output).Where(output => output.IsFile),
            file => digests[file.Path] = putFile(file.Info.FullName),
            cancellationToken);

        var result = new ActionResult { ExecutionMetadata = new ExecutedActionMetadata { Worker = Worker } };
        foreach (var output in found.Select(output => output.ConvertAll(entry => Entry(entry, digests))))
        {
            switch (output[0])
            {
                case InputEntry.File file:
                    result.OutputFiles.Add(new OutputFile { Path = file.Path, Digest = file.Digest, IsExecutable = file.IsExecutable });
                    break;
                case InputEntry.Link link:
                    result.OutputSymlinks.Add(new OutputSymlink { Path = link.Path, Target = link.Target });
                    break;
                case var folder:
                    var tree = OutputTree.Of(output.Skip(1).Select(entry => entry with { Path = entry.Path[(folder.Path.Length + 1)..] }));
                    result.OutputDirectories.Add(new OutputDirectory { Path = folder.Path, TreeDigest = put(tree.ToByteArray()) });
                    break;
            }
        }

        result.StdoutDigest = outputs.StandardOutput.IsEmpty ? null : put(outputs.StandardOutput);
        result.StderrDigest = outputs.StandardError.IsEmpty ? null : put(outputs.StandardError);
        return result;
    }

    private static List<OutputOnDisk> Find(string folder, string output)
    {
        if (OutputPath.LinkAbove(folder, output) is { } link)
        {
            throw new IOException($"\"{output}\" is behind the symbolic link \"{link}\"");
        }

        var found = OutputOnDisk.Find(folder, output).ToList();
        if (found.Count == 0)
        {
            throw new FileNotFoundException($"\"{output}\" is not there");
        }

        foreach (var (path, target) in found.Where(entry => entry.IsLink).Select(link => (link.Path, RawLink.TargetOf(link.Info))))
        {
            if (RawName.IsRaw(target))
            {
                throw new IOException($"the symbolic link \"{path}\" leads to a name that is not UTF-8, \"{RawName.Shown(target)}\"");
            }

            if (!OutputPath.StaysBelow(path, target))
            {
                throw new IOException($"the symbolic link \"{path}\" leads out of the folder of the outputs, to \"{target}\"");
            }
        }

        return found.Find(entry => !entry.IsLink && !entry.IsFolder && !entry.IsFile) is { } odd
            ? throw new IOException($"\"{odd.Path}\" is no file, folder or symbolic link")
            : found;
    }

    private static InputEntry Entry(OutputOnDisk output, ConcurrentDictionary<string, Digest> digests) =>
        output.IsFolder ? new InputEntry.Folder(output.Path)
        : output.IsLink ? new InputEntry.Link(output.Path, output.Target!)
        : new InputEntry.File(output.Path, digests[output.Path], output.IsExecutable);
}
