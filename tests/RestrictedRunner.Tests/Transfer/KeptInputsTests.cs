namespace RestrictedRunner.Tests.Transfer;

public class KeptInputsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private static string Line(string name, long bytes, string made) => $"restricted-runner-inputs-{name} {bytes} {made}";

    [Fact]
    public void What_is_a_week_old_goes_and_of_too_much_the_oldest() =>
        Assert.Equal(
            ["restricted-runner-inputs-c", "restricted-runner-inputs-d"],
            KeptInputs.TooMany(
                string.Join('\n', Line("c", 3_000_000_000, "2026-11-25 12:00:00 +0000 UTC"), Line("a", 4_000_000_000, "2026-11-30 11:00:00.123456 +0000 UTC"), Line("d", 1, "2026-11-23 11:59:59 +0000 UTC"), Line("b", 5_000_000_000, "2026-11-29 13:00:00 +0100 CET"), ""),
                Now));

    [Fact]
    public void Images_go_as_carriers_do_and_one_without_a_name_after_an_hour() =>
        Assert.Equal(
            ["localhost/restricted-runner/inputs:c-3000000000", "0123456789ab"],
            KeptInputs.TooMany(
                string.Join(
                    '\n',
                    Line("a", 4_000_000_000, "2026-11-30 11:00:00 +0000 UTC"),
                    "localhost/restricted-runner/inputs:b-5000000000 ba9876543210 2026-11-30 10:59:00 +0000 UTC",
                    "<none>:<none> 9876543210ab 2026-11-30 11:30:00 +0000 UTC",
                    "localhost/restricted-runner/inputs:c-3000000000 cba987654321 2026-11-30 10:58:00 +0000 UTC",
                    "<none>:<none> 0123456789ab 2026-11-30 10:30:00 +0000 UTC"),
                Now));

    [Theory]
    [InlineData("<none>:<none> 0123456789ab yesterday 10:30:00 +0000 UTC")]
    [InlineData("localhost/restricted-runner/inputs:c-x 0123456789ab 2020-01-01 00:00:00 +0000 UTC")]
    [InlineData("localhost/restricted-runner/inputs-of-others:c-1 0123456789ab 2020-01-01 00:00:00 +0000 UTC")]
    [InlineData("other 1 2020-01-01 00:00:00 +0000 UTC")]
    [InlineData("restricted-runner-inputs-a x 2020-01-01 00:00:00 +0000 UTC")]
    [InlineData("restricted-runner-inputs-a 1 yesterday")]
    [InlineData("")]
    public void What_is_not_understood_stays(string line) => Assert.Empty(KeptInputs.TooMany(line, Now));

    [Fact]
    public void A_name_stands_for_the_content_and_its_place() =>
        Assert.Distinct(new[] { KeptInputs.NameOf("/a", "1"), KeptInputs.NameOf("/a", "2"), KeptInputs.NameOf("/b", "1") });
}
