using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class UnseenVariableTests
{
    private const string NotThere = "/.restricted-runner.sh: line 1: /tools/gen.sh: not found";

    [Theory]
    [InlineData("sh: ACME_KEY: parameter not set")]
    [InlineData("/.restricted-runner.sh: 1: ACME_KEY: parameter not set")]
    [InlineData("bash: line 1: ACME_KEY: parameter null or not set")]
    [InlineData("before\n/.restricted-runner.sh: line 1: ACME_KEY: unbound variable\nafter")]
    public void A_variable_of_the_build_that_a_command_misses_is_named(string lines) => Assert.Equal(Named("$(ACME_KEY)"), Hint(lines, "c"));

    [Theory]
    [InlineData("$ACME_KEY/tools/gen.sh x", NotThere)]
    [InlineData("cat ${ACME_KEY}/names.txt", "cat: can't open '/names.txt': No such file or directory")]
    [InlineData("\"$ACME_KEY\" names.txt", "/.restricted-runner.sh: line 1: : Permission denied")]
    [InlineData("$ACME_KEY names.txt", "/.restricted-runner.sh: line 1: names.txt: not found")]
    [InlineData("ls /home/$ACME_KEY/x", "ls: /home//x: No such file or directory")]
    [InlineData("cd $ACME_KEY/src", "/.restricted-runner.sh: cd: line 1: can't cd to /src")]
    public void One_that_the_text_names_is_too_where_something_is_not_there(string command, string lines)
    {
        Assert.Equal(Named("$(ACME_KEY)"), Hint(lines, command));
        Assert.Empty(Hint("a.c:1: error: x", command));
    }

    [Theory]
    [InlineData("ACME_KEY=1; echo $ACME_KEY; /tools/gen.sh")]
    [InlineData("for ACME_KEY in a b; do /tools/gen.sh $ACME_KEY; done")]
    [InlineData("read -r ACME_KEY; /tools/gen.sh $ACME_KEY")]
    [InlineData("/tools/gen.sh $OTHER")]
    [InlineData("/tools/gen.sh $PATH $HOME")]
    [InlineData("/tools/gen.sh ACME_KEY")]
    [InlineData("${ACME_KEY:-/a}/tools/gen.sh")]
    [InlineData("\\$ACME_KEY/tools/gen.sh")]
    public void One_that_the_command_sets_itself_or_that_the_build_does_not_have_is_not(string command) => Assert.Empty(Hint(NotThere, command));

    [Theory]
    [InlineData("cmake -DTAG=$ACME_KEY .", "/.restricted-runner.sh: line 1: cmake: not found")]
    [InlineData("$ACME_KEY/bin/javac A.java", "error: file not found: A.java")]
    [InlineData("cat $ACME_KEY b.txt", "cat: can't open 'c.txt': No such file or directory")]
    [InlineData("cp a b$ACME_KEY", "cp: can't stat 'a': No such file or directory")]
    public void One_is_not_where_the_complaint_is_about_something_else(string command, string lines) => Assert.Empty(Hint(lines, command));

    [Fact]
    public void One_that_the_step_is_given_is_not()
    {
        StepOptions options = new() { Command = "$ACME_KEY/tools/gen.sh" };

        Assert.Empty(UnseenVariable.Hint(NotThere, options with { EnvironmentVariables = [new("ACME_KEY", "")] }, Value("v")));
        Assert.Empty(UnseenVariable.Hint(NotThere, options with { DockerRunOpts = "-e ACME_KEY" }, Value("v")));
        Assert.Empty(UnseenVariable.Hint(NotThere, options with { DockerRunOpts = "--env-file a.env" }, Value("v")));
    }

    [Theory]
    [InlineData("a;b")]
    [InlineData("a%3Bb")]
    public void A_value_that_a_list_would_split_is_escaped(string value) =>
        Assert.Equal(Named("$([MSBuild]::Escape('$(ACME_KEY)'))"), UnseenVariable.Hint("sh: ACME_KEY: parameter not set", new(), Value(value)));

    [Theory]
    [InlineData("sh: OTHER: parameter not set")]
    [InlineData("ACME_KEY: not found")]
    [InlineData("")]
    public void Other_complaints_say_nothing_of_it(string lines) => Assert.Empty(Hint(lines, "c"));

    // An expression that began anew at each of its characters had not ended after 44 s.
    [Fact]
    public void A_long_word_of_a_command_is_looked_at_once()
    {
        var word = new string('a', 1_000_000);

        Assert.Equal(Named("$(ACME_KEY)"), Hint(NotThere, $"echo {word}; $ACME_KEY/tools/gen.sh {word}"));
    }

    private static string Named(string value) => $"'ACME_KEY' is a variable of the build, which the container does not see: add EnvironmentVariables=\"ACME_KEY={value}\".";

    private static string Hint(string lines, string command) => UnseenVariable.Hint(lines, new() { Command = command }, Value("v"));

    private static Func<string, string?> Value(string value) => name => name is "ACME_KEY" or "PATH" or "HOME" ? value : null;
}
