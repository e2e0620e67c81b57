using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class UnseenVariableTests
{
    [Theory]
    [InlineData("sh: ACME_KEY: parameter not set")]
    [InlineData("/.restricted-runner.sh: 1: ACME_KEY: parameter not set")]
    [InlineData("before\n/.restricted-runner.sh: line 1: ACME_KEY: unbound variable\nafter")]
    public void A_variable_of_the_build_that_a_command_misses_is_named(string lines) =>
        Assert.Equal(
            "'ACME_KEY' is a variable of the build, which the container does not see: add EnvironmentVariables=\"ACME_KEY=$(ACME_KEY)\".",
            UnseenVariable.Hint(lines, name => name == "ACME_KEY"));

    [Theory]
    [InlineData("sh: OTHER: parameter not set")]
    [InlineData("ACME_KEY: not found")]
    [InlineData("")]
    public void Other_complaints_say_nothing_of_it(string lines) => Assert.Empty(UnseenVariable.Hint(lines, name => name == "ACME_KEY"));
}
