using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class InParallelTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(18)]
    [InlineData(19)]
    public void While_one_large_file_is_read_all_others_are(int large)
    {
        const int Files = 20;
        Assert.SkipWhen(Environment.ProcessorCount == 1, "One processor reads one file.");
        using var others = new CountdownEvent(Files - 1);
        var areRead = false;

        InParallel.ForEach(
            Enumerable.Range(0, Files),
            i =>
            {
                if (i == large)
                {
                    areRead = others.Wait(LongEnough);
                }
                else
                {
                    others.Signal();
                }
            },
            CancellationToken.None);

        Assert.True(areRead);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Each_is_done_once(int count)
    {
        var done = new int[count];

        InParallel.For(count, i => Interlocked.Increment(ref done[i]), CancellationToken.None);
        InParallel.ForEach(Enumerable.Range(0, count), i => Interlocked.Increment(ref done[i]), CancellationToken.None);

        Assert.All(done, times => Assert.Equal(2, times));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void What_fails_is_thrown_as_it_was(int count)
    {
        Assert.Throws<IOException>(() => InParallel.For(count, _ => throw new IOException(), CancellationToken.None));
        Assert.Throws<IOException>(() => InParallel.ForEach(Enumerable.Range(0, count), _ => throw new IOException(), CancellationToken.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void What_is_cancelled_does_nothing(int count)
    {
        var cancelled = new CancellationToken(canceled: true);

        Assert.Throws<OperationCanceledException>(() => InParallel.For(count, _ => Assert.Fail(), cancelled));
        Assert.Throws<OperationCanceledException>(() => InParallel.ForEach(Enumerable.Range(0, count), _ => Assert.Fail(), cancelled));
    }
}
