using System.Diagnostics;
using System.Globalization;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;
using IO = System.IO;
using RestrictedRunner.Build.RemoteServers;

namespace RestrictedRunner.Benchmarks;

/// <summary>What casupload and casdownload do with the files of a folder, done by this package's own code in a process of its own.</summary>
internal static class BlobTransfer
{
    /// <summary>The first word of a command line that asks for one.</summary>
    public const string Word = "transfer";

    /// <summary>Hashes all files of a folder, and uploads those that the server lacks; or downloads the files of that folder into another, and verifies each.</summary>
    /// <param name="words"><see cref="Word"/>, <c>up</c> or <c>down</c>, the server, the folder, and where to download to.</param>
    /// <returns>0; it prints the seconds from the first call to the last.</returns>
    public static async Task<int> RunAsync(string[] words)
    {
        var files = IO.Directory.GetFiles(words[3]).Order(StringComparer.Ordinal).ToArray();
        using var connection = new GrpcConnection(new(new(words[2]), IsGrpc: true));
        using var server = new GrpcCacheServer(connection);
        if (words[1] == "up")
        {
            var watch = Stopwatch.StartNew();
            Blob[] blobs = [.. files.AsParallel().Select(file => new Blob(Digests.OfFile(file, default), () => File.OpenRead(file)))];
            var missing = (await server.FindMissingAsync([.. blobs.Select(blob => blob.Digest)], default)).ToHashSet();
            await server.UploadAsync([.. blobs.Where(blob => missing.Contains(blob.Digest))], default);
            Print(watch);
        }
        else
        {
            // casdownload has the digests from the server; that is one call of a few kilobytes.
            var digests = files.ToDictionary(file => Digests.OfFile(file, default));
            IO.Directory.CreateDirectory(words[4]);
            var watch = Stopwatch.StartNew();
            await server.DownloadAsync([.. digests.Keys], (digest, content, cancellation) => KeepAsync(digest, content, Path.Combine(words[4], Path.GetFileName(digests[digest])), cancellation), default);
            Print(watch);
        }

        return 0;
    }

    private static async Task KeepAsync(Digest digest, Stream content, string path, CancellationToken cancellation)
    {
        using var file = File.Create(path);
        var received = await HashingCopy.ReceiveAsync(content, file, digest.SizeBytes, cancellation);
        if (!received.Equals(digest))
        {
            throw new InvalidDataException(path);
        }
    }

    private static void Print(Stopwatch watch) => Console.WriteLine(watch.Elapsed.TotalSeconds.ToString(CultureInfo.InvariantCulture));
}
