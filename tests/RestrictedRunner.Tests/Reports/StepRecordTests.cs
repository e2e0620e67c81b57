using CsCheck;
using RestrictedRunner.Build.Reports;

namespace RestrictedRunner.Tests.Reports;

public class StepRecordTests
{
    private long _now = 1;

    [Fact]
    public void One_phase_follows_another_and_what_is_short_is_part_of_the_next()
    {
        var record = new StepRecord(() => _now);
        Enter(10_000, StepPhase.Looking);
        Enter(500, StepPhase.Pulling);
        Enter(2_000, StepPhase.Running);
        Enter(900, StepPhase.Storing);
        Enter(0, StepPhase.Running);
        Enter(5_000, StepPhase.Storing);
        _now += 3;
        record.Dispose();
        _now += 1_000_000;
        record.Enter(StepPhase.Looking);
        record.Dispose();

        Assert.Equal(
            [
                new(StepPhase.WaitingForSlot, 1, 10_001),
                new(StepPhase.Pulling, 10_001, 12_501),
                new(StepPhase.Running, 12_501, 18_401),
                new(StepPhase.Storing, 18_401, 18_404),
            ],
            record.Phases);

        void Enter(long after, StepPhase phase)
        {
            _now += after;
            record.Enter(phase);
        }
    }

    [Fact]
    public void A_phase_may_have_begun_before_it_was_known()
    {
        var record = new StepRecord(() => _now);
        _now += 5_000;
        record.Enter(StepPhase.Running);
        _now += 5_000;
        record.Mark();
        _now += 5_000;
        record.Enter(StepPhase.Pulling, atMark: true);
        _now += 5_000;
        record.Enter(StepPhase.Pulling, atMark: true);
        record.Dispose();

        Assert.Equal([new(StepPhase.WaitingForSlot, 1, 5_001), new(StepPhase.Running, 5_001, 10_001), new(StepPhase.Pulling, 10_001, 20_001)], record.Phases);
    }

    // Also where somebody sets the clock.
    [Fact]
    public void No_phase_ends_before_it_begins() =>
        Gen.Select(Gen.Long[-3_000, 5_000], Gen.Enum<StepPhase>()).Array[0, 10].Sample(entries =>
        {
            var now = 0L;
            using var record = new StepRecord(() => now);
            foreach (var (after, phase) in entries)
            {
                now += after;
                record.Enter(phase);
            }

            record.Dispose();

            Assert.NotEmpty(record.Phases);
            Assert.All(record.Phases, phase => Assert.True(phase.Start < phase.End || (phase.Start == phase.End && record.Phases.Count == 1)));
            Assert.All(record.Phases.Skip(1).Zip(record.Phases), pair => Assert.Equal((pair.Second.End, true), (pair.First.Start, pair.First.Phase != pair.Second.Phase)));
        });
}
