using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace RestrictedRunner.Build.Inputs;

/// <summary>
/// Work on many files, on all processors. By hand, because the first <see cref="Parallel.For(int, int, Action{int})"/>
/// of a process takes 30 ms, longer than a look at 10,000 files.
/// </summary>
internal static class InParallel
{
    // Threads take longer to begin than so many files to look at.
    private const int Few = 16;

    /// <summary>For many files with little to do for each. Stops at the first failure, and throws it as it was.</summary>
    public static void For(int count, Action<int> action, CancellationToken cancellationToken) =>
        Run(count, count <= Few ? 1 : Environment.ProcessorCount, action, cancellationToken);

    /// <summary>For files to read, one at a time: they differ in size too much for groups of them. Stops at the first failure, and throws it as it was.</summary>
    public static void ForEach<T>(IEnumerable<T> items, Action<T> action, CancellationToken cancellationToken)
    {
        T[] all = [.. items];
        Run(all.Length, Math.Min(all.Length, Environment.ProcessorCount), i => action(all[i]), cancellationToken);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Thrown again, by the thread that asked for the work.")]
    private static void Run(int count, int workers, Action<int> action, CancellationToken cancellationToken)
    {
        var next = -1;
        ExceptionDispatchInfo? failure = null;
        var others = new Task[Math.Max(0, workers - 1)];
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = Task.Run(Work, CancellationToken.None);
        }

        Work();
        Task.WaitAll(others, CancellationToken.None);
        failure?.Throw();

        void Work()
        {
            try
            {
                while (failure is null)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var at = Interlocked.Increment(ref next);
                    if (at >= count)
                    {
                        return;
                    }

                    action(at);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }
    }
}
