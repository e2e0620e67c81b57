using RestrictedRunner.Build.SharedCache;

namespace RestrictedRunner.Tests;

public class WaitBudgetTests
{
    private readonly WaitBudget _budget = new();

    [Fact]
    public void A_server_that_says_nothing_is_waited_for_less_than_two_seconds()
    {
        _budget.Begin(At(1000));

        Assert.False(_budget.IsOver(At(2200)));
        Assert.True(_budget.IsOver(At(2300)));
    }

    [Fact]
    public void Steps_that_wait_at_the_same_time_lose_no_more_than_one()
    {
        for (var step = 0; step < 10; step++)
        {
            _budget.Begin(At(step));
        }

        Assert.False(_budget.IsOver(At(1200)));
        Assert.True(_budget.IsOver(At(1300)));
    }

    [Fact]
    public void Time_in_which_nobody_waits_does_not_count()
    {
        _budget.Begin(At(0));
        _budget.End(At(1000), hasResult: false);
        _budget.Begin(At(100_000));

        Assert.False(_budget.IsOver(At(100_400)));
        Assert.True(_budget.IsOver(At(100_600)));
    }

    [Fact]
    public void Quick_answers_cost_nothing_however_many_they_are()
    {
        for (var step = 0; step < 1000; step++)
        {
            _budget.Begin(At(step * 200));
            _budget.End(At((step * 200) + 200), hasResult: false);
        }

        Assert.False(_budget.IsOver(At(200_000)));
    }

    [Fact]
    public void Slow_answers_without_a_result_add_up_and_a_result_gives_the_time_back()
    {
        var (asked, now) = (0, 0);
        for (; !_budget.IsOver(At(now)) && asked < 100; asked++)
        {
            _budget.Begin(At(now));
            now += 900;
            _budget.End(At(now), hasResult: false);
        }

        Assert.Equal(2, asked);

        var other = new WaitBudget();
        for (var step = 0; step < 100; step++)
        {
            other.Begin(At(step * 900));
            other.End(At((step + 1) * 900), hasResult: true);
        }

        Assert.False(other.IsOver(At(90_000)));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(16 * 1024, false)]
    public void What_comes_slower_than_16_KiB_in_a_quarter_of_a_second_is_as_good_as_nothing(long bytes, bool isOver)
    {
        _budget.Begin(At(0));
        for (var now = 200; now <= 4000; now += 200)
        {
            _budget.Receive(At(now), bytes);
        }

        Assert.Equal(isOver, _budget.IsOver(At(4000)));
    }

    [Fact]
    public void Small_blobs_are_signs_of_life_when_they_are_complete()
    {
        _budget.Begin(At(0));
        for (var now = 200; now <= 4000; now += 200)
        {
            _budget.Receive(At(now), 1);
            _budget.Complete(At(now));
        }

        Assert.False(_budget.IsOver(At(4000)));
    }

    private static TimeSpan At(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
