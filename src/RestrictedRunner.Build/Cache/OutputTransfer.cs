using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Cache;

/// <summary>Brings outputs from one folder to another as if a result held them in between, and keeps none.</summary>
internal static class OutputTransfer
{
    /// <summary>Copies what a step has made to where it is to be. What is there with the same content is not touched.</summary>
    /// <param name="outputs">What it has made.</param>
    /// <param name="places">Where.</param>
    /// <param name="emptyFolder">Full path of a folder for what is not in its place yet.</param>
    /// <param name="cancellation">Stops before the first file has changed.</param>
    /// <param name="problem">Why it could not be done.</param>
    /// <returns>What is there now; null when it could not be done.</returns>
    public static IReadOnlyList<InputEntry>? Copy(StepOutputs outputs, OutputPlaces places, string emptyFolder, CancellationToken cancellation, out string problem)
    {
        var folders = new Dictionary<string, byte[]>();
        try
        {
            var result = new OutputCollector(KeepFolder, path => Digests.OfFile(path, cancellation)).Collect(outputs, cancellation);
            var entries = OutputEntries.Of(result, digest => folders.GetValueOrDefault(digest.Hash));
            var isThere = new OutputRestorer(CopyFile, emptyFolder).Restore(places, [.. OutputEntries.Paths(result)], entries, cancellation) is not null;
            problem = isThere ? "" : "what the step wrote changed while it was read";
            return isThere ? entries : null;
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e) || e is InvalidDataException)
        {
            problem = e.Message;
            return null;
        }

        Digest KeepFolder(ReadOnlyMemory<byte> content)
        {
            var digest = Digests.Of(content.Span);
            folders[digest.Hash] = content.ToArray();
            return digest;
        }

        // A file of its own, whoever owns the step's and whatever other names that has.
        bool CopyFile(InputEntry.File file, string path, UnixFileMode mode, CancellationToken token)
        {
            using var source = new FileStream(OutputPath.Absolute(outputs.Folder, file.Path), new FileStreamOptions { BufferSize = 0 });
            using var target = NewFile.Create(path, mode);
            return HashingCopy.Copy(source, target, token).Equals(file.Digest);
        }
    }
}
