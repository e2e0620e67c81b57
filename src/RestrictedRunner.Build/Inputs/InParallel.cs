using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace RestrictedRunner.Build;

/// <summary>Work on many files, on all processors.</summary>
internal static class InParallel
{
    // Threads take longer to begin than so many files to look at.
    private const int Few = 16;

    /// <summary>For many files with little to do for each. Stops at the first failure, and throws it as it was.</summary>
    public static void For(int count, Action<int> action, CancellationToken cancellationToken)
    {
        if (count <= Few)
        {
            for (var i = 0; i < count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                action(i);
            }

            return;
        }

        AsItWas(() => Parallel.For(0, count, Options(cancellationToken), action));
    }

    /// <summary>For files to read, one at a time: they differ in size too much for groups of them. Stops at the first failure, and throws it as it was.</summary>
    public static void ForEach<T>(IEnumerable<T> items, Action<T> action, CancellationToken cancellationToken)
    {
        T[] all = [.. items];
        if (all is [var only])
        {
            cancellationToken.ThrowIfCancellationRequested();
            action(only);
            return;
        }

        AsItWas(() => Parallel.ForEach(Partitioner.Create(all.AsEnumerable(), EnumerablePartitionerOptions.NoBuffering), Options(cancellationToken), action));
    }

    private static ParallelOptions Options(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };

    private static void AsItWas(Action work)
    {
        try
        {
            work();
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
