using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class SignalEndTests
{
    [Theory]
    [InlineData(139, "That is the code of a program which signal 11 (SIGSEGV) has ended.")]
    [InlineData(143, "That is the code of a program which signal 15 (SIGTERM) has ended.")]
    [InlineData(128, "")]
    [InlineData(130, "")]
    [InlineData(11, "")]
    [InlineData(255, "")]
    public void A_signal_that_ends_programs_is_named(int exitCode, string expected) => Assert.Equal(expected, SignalEnd.Hint(exitCode));
}
