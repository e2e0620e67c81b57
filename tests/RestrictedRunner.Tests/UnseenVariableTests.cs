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

    [Theory]
    [InlineData("test -n \"$ACME_KEY\"")]
    [InlineData("[ -n \"${ACME_KEY:-}\" ] && deploy")]
    [InlineData("[ \"$ACME_KEY\" = true ] || exit 1")]
    public void One_is_named_where_the_command_says_nothing_at_all(string command) => Assert.Equal(Named("$(ACME_KEY)"), Hint("", command));

    [Theory]
    [InlineData("test -n \"$OTHER\"")]
    [InlineData("test -f $HOME/x && test -n $PATH")]
    [InlineData("test -n \"${ACME_KEY:-x}\"")]
    [InlineData("exit 3")]
    public void Where_it_says_nothing_for_another_reason_none_is(string command) => Assert.Empty(Hint("", command));

    [Theory]
    [InlineData("echo ${ACME_KEY:?must be set}", "/.restricted-runner.sh: line 1: ACME_KEY: must be set")]
    [InlineData(": \"${ACME_KEY?}\"", "/.restricted-runner.sh: 1: ACME_KEY: parameter not set")]
    public void One_that_the_command_demands_is_named(string command, string lines)
    {
        Assert.Equal(Named("$(ACME_KEY)"), Hint(lines, command));
        Assert.Empty(Hint("it broke", command));
    }

    [Fact]
    public void One_that_the_step_is_given_is_not()
    {
        StepOptions options = new() { Command = "$ACME_KEY/tools/gen.sh" };

        Assert.Empty(Hint(NotThere, options with { EnvironmentVariables = [new("ACME_KEY", "")] }));
        Assert.Empty(Hint(NotThere, options with { DockerRunOpts = "-e ACME_KEY" }));
        Assert.Empty(Hint(NotThere, options with { DockerRunOpts = "--env-file a.env" }));
        Assert.Empty(UnseenVariable.Hint(Failed(NotThere, options) with { Image = new([], ["ACME_KEY"]) }, Value("v")));
    }

    [Theory]
    [InlineData("a;b")]
    [InlineData("a%3Bb")]
    public void A_value_that_a_list_would_split_is_escaped(string value) =>
        Assert.Equal(Named("$([MSBuild]::Escape('$(ACME_KEY)'))"), Hint("sh: ACME_KEY: parameter not set", new StepOptions(), value));

    [Theory]
    [InlineData("sh: OTHER: parameter not set")]
    [InlineData("ACME_KEY: not found")]
    public void Other_complaints_say_nothing_of_it(string lines) => Assert.Empty(Hint(lines, "c"));

    // An expression that began anew at each of its characters had not ended after 44 s.
    [Fact]
    public void A_long_word_of_a_command_is_looked_at_once()
    {
        var word = new string('a', 1_000_000);

        Assert.Equal(Named("$(ACME_KEY)"), Hint(NotThere, $"echo {word}; $ACME_KEY/tools/gen.sh {word}"));
    }

    private static string Named(string value) => $"'ACME_KEY' is a variable of the build, which the container does not see: add EnvironmentVariables=\"ACME_KEY={value}\".";

    private static string Hint(string lines, string command) => Hint(lines, new StepOptions { Command = command });

    private static string Hint(string lines, StepOptions options, string value = "v") => UnseenVariable.Hint(Failed(lines, options), Value(value));

    private static FailedCommand Failed(string lines, StepOptions options) => new(options, 1, null, KeptOutput.None with { LastLines = lines }, ImageSettings.None);

    private static Func<string, string?> Value(string value) => name => name is "ACME_KEY" or "PATH" or "HOME" ? value : null;
}
