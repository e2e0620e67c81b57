using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class FileStampTests
{
    private const long Millisecond = 1_000_000;
    private const long Second = 1000 * Millisecond;
    private const long Fine = (1_700_000_000 * Second) + 1;
    private const long Whole = 1_700_000_000 * Second;

    [Theory]
    [InlineData(Fine, Fine, 101 * Millisecond, true)]
    [InlineData(Fine, Fine, 100 * Millisecond, false)]
    [InlineData(Fine, Fine, 0, false)]
    [InlineData(Fine, Fine, -Second, false)]
    [InlineData(Fine + Second, Fine, Second, false)]
    [InlineData(Fine, Fine + Second, Second, false)]
    [InlineData(Fine - (100 * Second), Fine, 101 * Millisecond, true)]
    [InlineData(Whole, Whole, (2 * Second) - 1, false)]
    [InlineData(Whole, Whole, 3 * Second, true)]
    [InlineData(Whole, Fine, Second, false)]
    [InlineData(Fine, Whole, Second, false)]
    [InlineData(Whole, 0, Second, false)]
    [InlineData(Whole, 0, 3 * Second, true)]
    public void It_is_settled_when_the_clock_has_gone_on_since_it_was_made(long written, long changed, long later, bool isSettled) =>
        Assert.Equal(isSettled, new FileStamp(Size: 1, written, changed, Inode: 1, Mode: 0x81a4).IsSettledAt(Fine + later));

    // A time that a program has set does not count where the file system has another one.
    [Theory]
    [InlineData(Fine, Fine, 0, false)]
    [InlineData(Fine, Fine, -1, true)]
    [InlineData(Fine + Second, Fine, 0, false)]
    [InlineData(Fine - Second, Fine, -1, true)]
    [InlineData(Fine, 0, 0, true)]
    [InlineData(Fine, 0, 1, false)]
    [InlineData(Whole, 0, -1, true)]
    [InlineData(Whole, 0, 0, false)]
    public void It_may_have_changed_after_a_moment(long written, long changed, long later, bool mayBeChanged) =>
        Assert.Equal(mayBeChanged, new FileStamp(Size: 1, written, changed, Inode: 1, Mode: 0x81a4).MayBeChangedAfter(Fine + later));
}
