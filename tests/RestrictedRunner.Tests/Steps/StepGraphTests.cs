using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class StepGraphTests
{
    private readonly List<string> _problems = [];

    [Fact]
    public void Steps_without_dependences_keep_the_order_of_the_project()
    {
        Assert.Equal(["c", "a", "b"], Order(Step("c"), Step("a"), Step("b")));
    }

    [Fact]
    public void A_step_comes_after_those_that_it_depends_on()
    {
        Assert.Equal(["b", "c", "a"], Order(Step("a") with { DependsOn = ["C", "b"] }, Step("b"), Step("c")));
    }

    [Theory]
    [InlineData("gen/a.c", "gen/a.c")]
    [InlineData("gen/a.c", "./gen//a.c")]
    [InlineData("gen/a.c", "gen/*.c")]
    [InlineData("gen/a.c", "**/*.c")]
    [InlineData("gen/a.c", "gen")]
    [InlineData("gen/a.c", "gen/")]
    [InlineData("gen/", "gen/sub/a.c")]
    [InlineData("gen/", "gen/*.c")]
    [InlineData("gen/", "**/*.c")]
    [InlineData("gen/a.c", "/p/gen/a.c")]
    [InlineData("gen/*.c", "gen/a.c")]
    [InlineData("gen/**/*.c", "gen/sub/a.c")]
    [InlineData("gen/**/*.c", "gen/sub/")]
    [InlineData("gen/*.c", "gen")]
    [InlineData("gen/*.c", "gen/*.c")]
    [InlineData("gen/*.c", "gen/a*.c")]
    [InlineData("gen/a*.c", "gen/*.c")]
    [InlineData("gen/*.c", "**/*.c")]
    [InlineData("gen/**", "gen/*/")]
    public void A_step_comes_after_the_one_that_writes_what_it_reads(string output, string input)
    {
        Assert.Equal(["writer", "reader"], Order(Step("reader") with { Inputs = Inputs(input) }, Step("writer") with { Outputs = Outputs(output) }));
    }

    [Theory]
    [InlineData("gen/a.c", "gen/a.h")]
    [InlineData("gen/a.c", "gen/*.h")]
    [InlineData("gen/a.c", "other/**")]
    [InlineData("gen2/a.c", "gen")]
    [InlineData("a.h", "**/*.c")]
    [InlineData("gen/a.c", "!gen/a.c")]
    [InlineData("gen/*.c", "gen/a.h")]
    [InlineData("gen/*.c", "gen/*.h")]
    [InlineData("gen/*.c", "gen/sub/a.c")]
    [InlineData("gen/*.c", "other/")]
    [InlineData("gen/*", "gen/*/")]
    public void Names_that_only_look_alike_are_no_dependence(string output, string input)
    {
        Assert.Equal(["reader", "writer"], Order(Step("reader") with { Inputs = Inputs(input) }, Step("writer") with { Outputs = Outputs(output) }));
    }

    [Fact]
    public void A_step_comes_after_the_one_that_writes_its_standard_input()
    {
        var reader = Step("reader") with { Inputs = DeclaredInputs.Of(HostPaths.Linux, "/p", [], standardInput: "a;b.txt") };

        Assert.Equal(["writer", "reader"], Order(reader, Step("writer") with { Outputs = Outputs("a;b.txt") }));
    }

    [Theory]
    [InlineData("gen/*.c", "gen/*.c", true)]
    [InlineData("gen/*.c", "gen/a.c", true)]
    [InlineData("gen/a.c", "gen/*.c", true)]
    [InlineData("gen/", "gen/*.c", true)]
    [InlineData("gen/**/*.c", "gen/sub/", true)]
    [InlineData("gen/*.c", "gen/*.h", false)]
    [InlineData("gen/*.c", "gen/a.h", false)]
    [InlineData("gen/*.c", "other/a.c", false)]
    public void Two_steps_may_not_write_one_file(string first, string second, bool overlap)
    {
        Assert.Equal(overlap ? [] : ["a", "b"], Order(Step("a") with { Outputs = Outputs(first) }, Step("b") with { Outputs = Outputs(second) }));
        Assert.Equal(overlap ? [$"b: OutputTwice {second} a"] : [], _problems);
    }

    [Fact]
    public void A_cycle_is_told_with_its_path()
    {
        Assert.Empty(Order(
            Step("start") with { DependsOn = ["a"] },
            Step("a") with { DependsOn = ["b"] },
            Step("b") with { Inputs = Inputs("c.txt") },
            Step("c") with { Outputs = Outputs("c.txt"), DependsOn = ["a"] }));
        Assert.Equal(["start: Cycle a -> b -> c -> a "], _problems);
    }

    [Fact]
    public void A_step_that_depends_on_itself_is_a_cycle()
    {
        Assert.Empty(Order(Step("a") with { DependsOn = ["a"] }));
        Assert.Equal(["a: Cycle a -> a "], _problems);
    }

    [Fact]
    public void A_step_waits_for_others_by_way_of_others()
    {
        var last = Step("last") with { DependsOn = ["middle"] };
        var graph = StepGraph.Of([Step("first"), Step("middle") with { DependsOn = ["First"] }, last, Step("after") with { DependsOn = ["last"] }, Step("other")], (_, _) => { })!;

        Assert.Equal(["after", "other"], graph.NotBefore(last).Select(step => step.Name));
    }

    [Fact]
    public void A_step_may_read_what_it_writes()
    {
        Assert.Equal(["a"], Order(Step("a") with { Inputs = Inputs("**/*.c"), Outputs = Outputs("a.c") }));
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        Assert.Empty(Order(
            Step("Generate") with { Outputs = Outputs("gen/") },
            Step("generate"),
            Step("b") with { DependsOn = ["Genrate", "nothing"] },
            Step("c") with { Outputs = Outputs("gen/a.c") }));
        Assert.Equal(
            ["generate: NameTwice generate ", "b: NameUnknown Genrate Generate", "b: NameUnknown nothing ", "c: OutputTwice gen/a.c Generate"],
            _problems);
    }

    private static DeclaredStep Step(string name) => new(name, new("/p/x.csproj", () => 1));

    private static DeclaredInputs Inputs(string text) => DeclaredInputs.Of(HostPaths.Linux, "/p", [text]);

    private static DeclaredOutputs Outputs(string text) => DeclaredOutputs.Of(HostPaths.Linux, "/p", [text]);

    private IEnumerable<string> Order(params DeclaredStep[] steps) =>
        StepGraph.Of(steps, (step, problem) => _problems.Add($"{step.Name}: {problem.Kind} {problem.What} {problem.Other}"))?.Steps.Select(step => step.Name) ?? [];
}
