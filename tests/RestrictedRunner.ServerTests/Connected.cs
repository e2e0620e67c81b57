using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace RestrictedRunner.ServerTests;

/// <summary>What tests ask of a server, with blobs in memory.</summary>
internal sealed class Connected : IDisposable
{
    // For what a busy machine does in the end too.
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(60);

    public Connected(ServerAccess access)
    {
        Connection = new(access);
        Server = new(Connection);
    }

    public Connected(Uri url)
        : this(new ServerAccess(url, IsGrpc: true) { ConnectLimit = Patient, AnswerLimit = Patient, StoreLimit = Patient })
    {
    }

    public Connected(string grpcAddress)
        : this(new Uri(grpcAddress.Replace("grpc", "http", StringComparison.Ordinal)))
    {
    }

    public GrpcCacheServer Server { get; }

    public GrpcConnection Connection { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>How a server is reached whose address is as users of our package write it.</summary>
    public static ServerAccess Access(string grpcAddress) => new(new(grpcAddress.Replace("grpc", "http", StringComparison.Ordinal)), IsGrpc: true);

    /// <summary>A blob of random bytes.</summary>
    public static Blob Random(int size) => Of(RandomNumberGenerator.GetBytes(size));

    /// <summary>A blob of bytes that can be compressed.</summary>
    public static Blob Regular(int size) => Of([.. Enumerable.Range(0, size).Select(i => (byte)(i / 100))]);

    public static Blob Of(byte[] bytes) => new(Digests.Of(bytes), () => new MemoryStream(bytes, writable: false));

    public Task UploadAsync(params IReadOnlyCollection<Blob> blobs) => Server.UploadAsync(blobs, Cancellation);

    public Task<IReadOnlyCollection<Digest>> FindMissingAsync(params IReadOnlyCollection<Digest> digests) => Server.FindMissingAsync(digests, Cancellation);

    /// <summary>Downloads blobs, and checks each as whoever keeps it does.</summary>
    public async Task<IReadOnlyDictionary<Digest, byte[]>> DownloadAsync(params IReadOnlyCollection<Digest> digests)
    {
        var received = new ConcurrentDictionary<Digest, byte[]>();
        await Server.DownloadAsync(
            digests,
            async (digest, content, cancellation) =>
            {
                using var bytes = new MemoryStream();
                await content.CopyToAsync(bytes, cancellation);
                Assert.InRange(bytes.Length, 0, Math.Max(0, digest.SizeBytes) + 1);
                if (!Digests.Of(bytes.ToArray()).Equals(digest))
                {
                    throw new InvalidDataException("it has another digest");
                }

                Assert.True(received.TryAdd(digest, bytes.ToArray()), "received twice");
            },
            Cancellation);
        return received;
    }

    public void Dispose()
    {
        Server.Dispose();
        Connection.Dispose();
    }
}
