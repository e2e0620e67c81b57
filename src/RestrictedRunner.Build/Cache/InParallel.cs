using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace RestrictedRunner.Build;

/// <summary>Work on many files, on all processors.</summary>
internal static class InParallel
{
    /// <summary>Stops at the first failure, and throws it as it was.</summary>
    public static void ForEach<T>(IEnumerable<T> items, Action<T> action, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.ForEach(
                // One at a time: files differ in size too much for groups of them.
                Partitioner.Create(items, EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken },
                action);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
