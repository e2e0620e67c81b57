using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class ProcessLimitTests
{
    [Theory]
    [InlineData("sh: can't fork: Resource temporarily unavailable")]
    [InlineData("sh: 0: Cannot fork")]
    [InlineData("bash: fork: retry: Resource temporarily unavailable")]
    [InlineData("[FATAL tini (1)] fork failed: Resource temporarily unavailable")]
    [InlineData("java.lang.OutOfMemoryError: unable to create native thread: possibly out of memory or process/resource limits reached")]
    [InlineData("RuntimeError: can't start new thread")]
    [InlineData("runtime: failed to create new OS thread (have 5 already; errno=11)")]
    public void A_process_that_could_not_start_is_told_from_the_machines_want(string complaint) =>
        Assert.Equal("The step's PidsLimit is 7 processes and threads at once; raise it, or let the command start fewer (make -j).", ProcessLimit.Hint(new() { PidsLimit = 7 }, $"a\n{complaint}\nb"));

    [Theory]
    [InlineData(0, "sh: can't fork: Resource temporarily unavailable")]
    [InlineData(-1, "sh: can't fork: Resource temporarily unavailable")]
    [InlineData(7, "sh: fork: not found")]
    [InlineData(7, "")]
    public void Nothing_else_is_put_down_to_it(int limit, string lastLines) => Assert.Empty(ProcessLimit.Hint(new() { PidsLimit = limit }, lastLines));
}
