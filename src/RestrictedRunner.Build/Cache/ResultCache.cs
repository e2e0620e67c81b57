using System.Collections.Concurrent;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Cache;

/// <summary>
/// The results of steps, each under the step's key: the hash of its <see cref="ActionKey"/>. For any number of processes
/// at once, without locks: a file of the cache is there as a whole or not at all, and whatever is wrong with one is a miss.
/// </summary>
/// <param name="folder">Where it is.</param>
/// <param name="onlyLook">True changes nothing in it: uses are not noted, and what is damaged stays.</param>
internal sealed class ResultCache(CacheFolder folder, bool onlyLook = false) : IResultCache
{
    /// <summary>The contents that the results point to.</summary>
    public ContentStore Blobs { get; } = new(folder, onlyLook);

    /// <summary>The result of a step, if all of it is there as far as sizes tell. Counts as a use.</summary>
    public ActionResult? Find(string key) => Load(key)?.Result;

    /// <summary>True when there is a result of a step that could be put in its places, as far as sizes tell.</summary>
    public bool Has(string key, OutputPlaces places) =>
        Load(key) is { } loaded && IsOf(loaded.Result, places);

    /// <summary>True for a result that has what a step declares, and nothing else. One may be forged.</summary>
    public static bool IsOf(ActionResult result, OutputPlaces places) => AreOf([.. OutputEntries.Paths(result)], OutputPath.Outermost(places.Paths), places);

    RestoreOutcome IResultCache.Restore(ResultKey key, OutputPlaces places, CancellationToken cancellation) => Restore(key.Hash, places, cancellation);

    StoreOutcome IResultCache.Store(ResultKey key, StepOutputs outputs, CancellationToken cancellation) => Store(key.Hash, outputs, cancellation);

    void IResultCache.Share(ResultKey key)
    {
        // It is for this machine alone.
    }

    byte[]? IResultCache.FindText(ResultKey key, CancellationToken cancellation) => FindText(key.Hash);

    /// <summary>The text that was stored as the standard output of a result without outputs; null when there is none.</summary>
    public byte[]? FindText(string key) => Find(key)?.StdoutDigest is { } digest ? Blobs.Read(digest) : null;

    /// <summary>Stores what a step has made: the contents first, the result last.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="outputs">What it has made.</param>
    /// <param name="cancellationToken">Leaves nothing of the result.</param>
    /// <exception cref="ArgumentException">An output's path is not one below the folder.</exception>
    /// <returns>What was stored; or why the next build has to run the step again, which is no error of this one.</returns>
    public StoreOutcome Store(string key, StepOutputs outputs, CancellationToken cancellationToken)
    {
        var added = new ConcurrentBag<Digest>();
        try
        {
            var result = new OutputCollector(content => Note(Blobs.Put(content)), path => Note(Blobs.PutFile(path, cancellationToken))).Collect(outputs, cancellationToken);
            Put(key, result);
            Added(added.Sum(digest => CacheTotal.OnDisk(digest.SizeBytes)) + CacheTotal.OnDisk(1));
            added.Clear();
            return new(result, Problem: null);
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            return new(Result: null, e.Message);
        }
        finally
        {
            // No result points to them, and a full disk needs the room. If another build came to use them, it misses them.
            foreach (var digest in added)
            {
                Blobs.Remove(digest);
            }
        }

        Digest Note(StoredBlob blob)
        {
            if (blob.IsNew)
            {
                added.Add(blob.Digest);
            }

            return blob.Digest;
        }
    }

    /// <summary>Stores a result whose contents are all in <see cref="Blobs"/>.</summary>
    /// <exception cref="IOException">There is no room.</exception>
    /// <exception cref="UnauthorizedAccessException">The cache may not be written.</exception>
    public void Put(string key, ActionResult result)
    {
        using var file = folder.BeginFile();
        file.Stream.Write(ResultFile.Write(key, result));
        file.MoveTo(folder.Result(key));
    }

    /// <summary>Remembers how much was added to <see cref="Blobs"/> and by <see cref="Put"/>; <see cref="Store"/> does so itself.</summary>
    /// <param name="bytes">Sum of <see cref="CacheTotal.OnDisk"/>.</param>
    public void Added(long bytes)
    {
        if (bytes > 0 && CacheTotal.Read(folder) is { } total)
        {
            (total with { Bytes = total.Bytes + bytes }).Write(folder);
        }
    }

    /// <summary>Puts the outputs of a step where it would leave them. What is there with the same content is not touched.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="places">Where; a result with other outputs is none of this step.</param>
    /// <param name="cancellationToken">Stops before the first file has changed.</param>
    /// <exception cref="ArgumentException">An output's path is not one below the folder.</exception>
    public RestoreOutcome Restore(string key, OutputPlaces places, CancellationToken cancellationToken)
    {
        var named = OutputPath.Outermost(places.Paths);
        if (Load(key) is not { } loaded)
        {
            return new(Result: null, Problem: null);
        }

        try
        {
            string[] paths = [.. OutputEntries.Paths(loaded.Result)];
            if (AreOf(paths, named, places)
                && ReadText(loaded.Result.StdoutDigest) is { } standardOutput
                && ReadText(loaded.Result.StderrDigest) is { } standardError
                && new OutputRestorer((file, path, mode, token) => Blobs.CopyTo(file.Digest, path, mode, token)).Restore(places, paths, loaded.Entries, cancellationToken) is { } written)
            {
                return new(new(written, loaded.Entries, standardOutput, standardError), Problem: null);
            }
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            return new(Result: null, e.Message);
        }

        Remove(key);
        return new(Result: null, Problem: null);
    }

    /// <summary>Forgets a result; <see cref="Eviction"/> removes its contents in time.</summary>
    public void Remove(string key)
    {
        if (!onlyLook)
        {
            CacheEntry.Remove(folder.Result(key));
        }
    }

    /// <inheritdoc cref="Eviction.TrimIfDue"/>
    public TrimReport? TrimIfDue(long limit) => Eviction.TrimIfDue(folder, limit);

    private Loaded? Load(string key)
    {
        var file = new FileInfo(folder.Result(key));
        try
        {
            if (ResultFile.Read(key, NewFile.Read(file.FullName)) is { } result)
            {
                var entries = OutputEntries.Of(result, Blobs.Read);
                if (entries.OfType<InputEntry.File>().All(entry => Blobs.Has(entry.Digest)))
                {
                    if (!onlyLook)
                    {
                        CacheEntry.Use(file);
                    }

                    return new(result, entries);
                }
            }
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e) || e is InvalidDataException)
        {
            // Not there, or damaged: a miss.
        }

        Remove(key);
        return null;
    }

    // A result may be forged: what the step does not declare is none of it.
    private static bool AreOf(string[] paths, IReadOnlyList<string> named, OutputPlaces places) =>
        named.All(paths.Contains) && paths.Except(named).All(path => places.Globs.Any(glob => glob.IsMatch(OutputPath.Absolute(places.Folder, path))));

    private byte[]? ReadText(Digest? digest) => digest is null ? [] : Blobs.Read(digest);

    private sealed record Loaded(ActionResult Result, IReadOnlyList<InputEntry> Entries);
}
