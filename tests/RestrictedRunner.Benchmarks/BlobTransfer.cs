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

    /// <summary>
    /// Hashes all files of a folder, and uploads those that the server lacks; or downloads the files of that folder into another,
    /// whose name is longer by <c>-down</c>, and verifies each. Does that with one folder after the other.
    /// </summary>
    /// <param name="words"><see cref="Word"/>, <c>up</c> or <c>down</c>, the server, and the folders.</param>
    /// <returns>0; it prints the seconds of each, of the first one with the connection.</returns>
    public static async Task<int> RunAsync(string[] words)
    {
        using var connection = new GrpcConnection(new(new(words[2]), IsGrpc: true));
        using var server = new GrpcCacheServer(connection);
        foreach (var folder in words[3..])
        {
            var seconds = words[1] == "up" ? await UpAsync(server, folder) : await DownAsync(server, folder);
            Console.WriteLine(seconds.ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }

    private static async Task<double> UpAsync(GrpcCacheServer server, string folder)
    {
        var watch = Stopwatch.StartNew();
        Blob[] blobs = [.. IO.Directory.GetFiles(folder).AsParallel().Select(file => new Blob(Digests.OfFile(file, default), () => File.OpenRead(file)))];
        var missing = (await server.FindMissingAsync([.. blobs.Select(blob => blob.Digest)], default)).ToHashSet();
        await server.UploadAsync([.. blobs.Where(blob => missing.Contains(blob.Digest))], default);
        return watch.Elapsed.TotalSeconds;
    }

    // casdownload has the digests from the server; that is one call of a few kilobytes.
    private static async Task<double> DownAsync(GrpcCacheServer server, string folder)
    {
        var files = IO.Directory.GetFiles(folder).ToDictionary(file => Digests.OfFile(file, default), file => Path.Combine($"{folder}-down", Path.GetFileName(file)));
        IO.Directory.CreateDirectory($"{folder}-down");
        var watch = Stopwatch.StartNew();
        await server.DownloadAsync([.. files.Keys], (digest, content, cancellation) => KeepAsync(digest, content, files[digest], cancellation), default);
        return watch.Elapsed.TotalSeconds;
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
}
