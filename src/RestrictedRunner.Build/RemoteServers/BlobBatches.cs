namespace RestrictedRunner.Build.RemoteServers;

/// <summary>What goes together in one message, and what goes alone in a stream.</summary>
/// <typeparam name="T">A blob, or what stands for one.</typeparam>
/// <param name="Together">Those of each message.</param>
/// <param name="Alone">Those that are too large for one.</param>
internal sealed record BlobBatches<T>(IReadOnlyList<IReadOnlyList<T>> Together, IReadOnlyList<T> Alone)
{
    /// <summary>
    /// Bytes of blobs that fit into a message of 4 MiB beside what else is in it. A server that tells no limit means this one:
    /// buildbox has the same number.
    /// </summary>
    public const long MessageLimit = 4128768;

    /// <summary>The most that go into one message: a server makes a file of each before it answers.</summary>
    public const int Most = 500;

    // A digest, a status, the lengths of both, and some more.
    private const long Overhead = 128;

    /// <summary>Divides blobs.</summary>
    /// <param name="blobs">All of them; their order stays.</param>
    /// <param name="size">The bytes of one.</param>
    /// <param name="limit">The server's: so many bytes of blobs in a message; 0 if it tells none.</param>
    public static BlobBatches<T> Of(IEnumerable<T> blobs, Func<T, long> size, long limit)
    {
        var most = limit > 0 ? Math.Min(limit, MessageLimit) : MessageLimit;
        List<List<T>> together = [];
        List<T> alone = [];
        long bytes = 0;
        long message = 0;
        foreach (var blob in blobs)
        {
            var own = size(blob);
            if (own < 0 || own > most || own + Overhead > MessageLimit)
            {
                alone.Add(blob);
                continue;
            }

            if (together.Count == 0 || together[^1].Count == Most || bytes + own > most || message + own + Overhead > MessageLimit)
            {
                together.Add([]);
                bytes = 0;
                message = 0;
            }

            together[^1].Add(blob);
            bytes += own;
            message += own + Overhead;
        }

        return new(together, alone);
    }
}
