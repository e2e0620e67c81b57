using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class UndeclaredInputTests
{
    private const string NoName = "The step is hermetic: of the project it sees only its Inputs, it has no network, and it writes only where its outputs are and into /tmp.";

    // The step sees a copy of main.c in the stage, and nothing else of the project.
    private static readonly string[] Files = ["/app/main.c", "/app/data/env.txt", "/app/gen.awk", "/app/b.proto", "/app/tools/lint.sh", "/shared/c.txt", "/app/word", "/obj/stage/main.c"];

    private static readonly StepOptions Hermetic = new()
    {
        ClientDirectory = "/app",
        Mounts = [new("/obj/stage", "/project")],
        WorkDir = "/project",
        AllowNetworking = false,
        ReadOnly = true,
    };

    [Theory]
    [InlineData("cat: can't open 'data/env.txt': No such file or directory", "data/env.txt")]
    [InlineData("awk: cannot open gen.awk (No such file or directory)", "gen.awk")]
    [InlineData("main.c:1:10: fatal error: data/env.txt: No such file or directory", "data/env.txt")]
    [InlineData("b.proto: File not found.", "b.proto")]
    [InlineData("sh: 1: ./tools/lint.sh: not found", "./tools/lint.sh")]
    [InlineData("cat: ../shared/c.txt: No such file or directory", "../shared/c.txt")]
    [InlineData("first line\nmake: *** No rule to make target 'data/env.txt', needed by 'main.o'.  Stop.", "data/env.txt")]
    public void A_file_of_the_project_that_the_step_does_not_see_is_named(string lines, string name) =>
        Assert.Equal($"The step is hermetic and sees only its Inputs: add '{name}' to them.", Hint(Hermetic, lines));

    [Theory]
    [InlineData("cat: /app/data/env.txt: No such file or directory", "data/env.txt")]
    [InlineData("sh: can't create /app/gen/new.txt: nonexistent directory", "gen/new.txt")]
    public void The_hosts_path_of_the_project_is_told_not_to_be_there(string lines, string name) =>
        Assert.Equal($"The step is hermetic and does not see the project's own folder: write '{name}' in place of '/app/{name}', and declare it.", Hint(Hermetic, lines));

    [Theory]
    [InlineData("main.c:1:2: error: broken")]
    [InlineData("no such word")]
    [InlineData("wget: bad address 'example.com'")]
    [InlineData("make: *** No rule to make target 'gen'.  Stop.")]
    [InlineData("")]
    public void Else_it_is_told_what_a_hermetic_step_does_not_have(string lines) => Assert.Equal(NoName, Hint(Hermetic, lines));

    [Fact]
    public void What_is_allowed_is_not_said_to_be_missing() =>
        Assert.Equal("The step is hermetic: of the project it sees only its Inputs.", Hint(Hermetic with { AllowNetworking = true, ReadOnly = false }, ""));

    private static string Hint(StepOptions options, string lines) => UndeclaredInput.Hint(options, lines, path => Files.Any(file => file == path || file.StartsWith(path + "/", StringComparison.Ordinal)));
}
