namespace RestrictedRunner.Tests;

public class CommandPlanTests
{
    private static CommandPlan For(string command, string shell = "sh", string prepare = "") =>
        CommandPlan.For(new StepOptions { Image = "x", Command = command, Shell = shell, PrepareCommand = prepare });

    [Theory]
    [InlineData("make")]
    [InlineData(" make\n")]
    [InlineData("/usr/bin/g++")]
    [InlineData("./configure")]
    [InlineData("protoc-gen_x.1")]
    public void A_single_executable_runs_directly(string command)
    {
        var plan = For(command);
        Assert.Equal([command.Trim()], plan.Words);
        Assert.Null(plan.Script);
    }

    [Theory]
    [InlineData("make all")]
    [InlineData("a;b")]
    [InlineData("a|b")]
    [InlineData("$X")]
    [InlineData("A=b")]
    [InlineData("'a'")]
    [InlineData("a*")]
    [InlineData("~/x")]
    [InlineData("-x")]
    [InlineData("#x")]
    [InlineData("é")]
    [InlineData("a\\b")]
    public void Anything_else_is_a_script_as_it_is(string command)
    {
        var plan = For(command);
        Assert.Equal(["sh"], plan.Words);
        Assert.Equal(command, plan.Script);
    }

    [Theory]
    [InlineData("cd")]
    [InlineData("export")]
    [InlineData("true")]
    [InlineData("echo")]
    [InlineData(":")]
    [InlineData("exit")]
    [InlineData("wait")]
    [InlineData("fi")]
    public void A_built_in_goes_to_the_shell(string command) => Assert.Equal(command, For(command).Script);

    [Fact]
    public void Carriage_returns_before_line_feeds_are_dropped_and_no_others() =>
        Assert.Equal("a\nb\rc\n", For("a\r\nb\rc\r\n").Script);

    [Fact]
    public void Shell_none_splits_into_words() => Assert.Equal(["a", "b c", "$X"], For("a 'b c' $X", "none").Words);

    [Fact]
    public void A_shell_may_have_options() => Assert.Equal(["bash", "-eo", "pipefail"], For("a b", "bash -eo pipefail").Words);

    [Fact]
    public void Arguments_are_the_words()
    {
        var plan = CommandPlan.For(new StepOptions { Image = "x", Arguments = ["cd", "a b", ""] });
        Assert.Equal(["cd", "a b", ""], plan.Words);
        Assert.Null(plan.Script);
    }

    [Fact]
    public void A_prepare_command_makes_a_script_of_a_single_executable()
    {
        var plan = For("make", prepare: "a\r\nb");
        Assert.Equal("a\nb\ncase $? in 0) echo >>/.restricted-runner.prepared ;; *) exit ;; esac\nmake", plan.Script);
        Assert.True(plan.HasPrepare);
    }

    [Fact]
    public void Secrets_are_exported_by_the_first_line_of_the_script_whatever_their_value()
    {
        var options = new StepOptions { Image = "i", Command = "make", PrepareCommand = "one\ntwo", Secrets = [new("a") { As = "A" }, new("b")] };

        var lines = CommandPlan.For(options).Script!.Split('\n');

        Assert.Equal("[ ! -e /run/secrets/a ] || { A=$(cat /run/secrets/a) && export A; } || exit", lines[0]);
        Assert.Equal("make", lines[CommandPlan.LinesBeforeCommand(options)]);
        Assert.Equal("one", lines[CommandPlan.LinesOfExports(options)]);
        Assert.Null(CommandPlan.For(new StepOptions { Image = "i", Command = "make", Secrets = [new("b")] }).Script);
    }
}
