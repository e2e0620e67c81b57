using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class UndeclaredInputTests
{
    private const string SeesOnly = "The step is hermetic: of the project it sees only its Inputs.";

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
    [InlineData("make: *** No rule to make target 'gen'.  Stop.", SeesOnly)]
    [InlineData("cat: can't open 'data/none.txt': No such file or directory", SeesOnly)]
    [InlineData("main.c:1:10: fatal error: none.h: No such file or directory", SeesOnly)]
    [InlineData("src/other.ts(3,22): error TS2307: Cannot find module './gone' or its corresponding type declarations.", SeesOnly)]
    [InlineData("ModuleNotFoundError: No module named 'own'", SeesOnly)]
    [InlineData("cat: /shared/c.txt: No such file or directory", SeesOnly)]
    [InlineData("wget: bad address 'example.com'", "The step is hermetic, so it has no network: AllowNetworking=\"true\" gives it one.")]
    [InlineData("curl: (6) Could not resolve host: example.com", "The step is hermetic, so it has no network: AllowNetworking=\"true\" gives it one.")]
    [InlineData("go: example.com/x: Get \"https://example.com\": dial tcp: lookup example.com: no such host", "The step is hermetic, so it has no network: AllowNetworking=\"true\" gives it one.")]
    [InlineData("touch: /opt/x: Read-only file system", "The step is hermetic, so it writes only where its outputs are and into /tmp.")]
    [InlineData("mkdir: can't create directory '/opt/x': Permission denied", "The step is hermetic, so it writes only where its outputs are and into /tmp.")]
    [InlineData("chown: main.c: Operation not permitted", "The step is hermetic, so it has no capabilities: CapAdd gives back one that it needs.")]
    public void What_a_hermetic_step_does_not_have_is_told_where_it_misses_it(string lines, string expected) => Assert.Equal(expected, Hint(Hermetic, lines));

    [Theory]
    [InlineData("main.c:1:2: error: broken")]
    [InlineData("no such word")]
    [InlineData("")]
    [InlineData("see data/env.txt for more")]
    [InlineData("ls: /nowhere: No such file or directory")]
    [InlineData("collect2: error: ld returned 1 exit status")]
    public void And_nowhere_else(string lines) => Assert.Equal("", Hint(Hermetic, lines));

    [Theory]
    [InlineData("wget: bad address 'example.com'")]
    [InlineData("touch: /opt/x: Read-only file system")]
    public void What_is_allowed_is_not_said_to_be_missing(string lines) =>
        Assert.Equal("", Hint(Hermetic with { AllowNetworking = true, ReadOnly = false }, lines));

    [Fact]
    public void A_program_of_the_project_that_is_no_input_is_named() =>
        Assert.Equal("The step is hermetic and sees only its Inputs: add './tools/lint.sh' to them.", UndeclaredInput.HintForProgram("./tools/lint.sh", Hermetic, Exists));

    private static string Hint(StepOptions options, string lines) => UndeclaredInput.Hint(options, lines, Exists);

    private static bool Exists(string path) => Files.Any(file => file == path || file.StartsWith(path + "/", StringComparison.Ordinal));
}
