using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>What is remembered of a step from one build to the next.</summary>
public sealed class StateFileTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("test-").FullName;

    private string Place => Path.Combine(_root, "state", "step.state");

    private StepState State => new()
    {
        Key = "key",
        OutputsHash = "hash",
        Warnings = [new("fatal", "X 1", "", (1, 2, 3, 4), "#odd\n!=text"), new("", "X2", "b.c", default, "")],
        Written = new(new Dictionary<string, string> { ["gen"] = "/", ["gen/a\n*.c"] = "1", ["#Key"] = "2", ["=a"] = "3", ["!b"] = "-> c d" }) { InPlace = new Dictionary<string, string> { ["src/a b"] = "1" } },
        Discovered = ["#a b.h", "<../c\n.h", ""],
        Writer = new("A step", Path.Combine(_root, "a.proj"), Path.Combine(_root, "steps.targets")) { Outputs = ["gen/", "b c.txt"], Scope = "Debug|Any CPU|", Evaluated = "Debug|Any CPU|net10.0" },
    };

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void All_of_it_is_read_back()
    {
        StateFile.Save(Place, State);

        Assert.Equivalent(State, StateFile.Load(Place), strict: true);
    }

    [Fact]
    public void A_project_that_was_moved_has_its_steps()
    {
        StateFile.Save(Place, State);
        Directory.Move(Path.Combine(_root, "state"), Directory.CreateDirectory(Path.Combine(_root, "moved")).FullName + "/state");

        var writer = StateFile.Load(Path.Combine(_root, "moved", "state", "step.state")).Writer;

        Assert.Equal((Path.Combine(_root, "moved", "a.proj"), Path.Combine(_root, "moved", "steps.targets")), (writer.Project, writer.DeclaredIn));
    }

    [Fact]
    public void A_step_that_is_forgotten_still_has_what_it_wrote()
    {
        StateFile.Save(Place, State);

        StateFile.Forget(Place, State);

        Assert.Equivalent(new StepState { Written = State.Written, Discovered = State.Discovered, Writer = State.Writer }, StateFile.Load(Place), strict: true);
    }

    [Fact]
    public void Why_a_step_is_to_run_again_is_read_back()
    {
        var ends = Enum.GetValues<LastRun>();
        Assert.NotEmpty(ends);
        foreach (var end in ends)
        {
            var state = State.Forgotten() with { LastRun = end };
            StateFile.Save(Place, state);

            Assert.Equivalent(state, StateFile.Load(Place), strict: true);
        }

        // A run that begins knows nothing of its end.
        StateFile.Forget(Place, StateFile.Load(Place));
        Assert.Equal(LastRun.Unknown, StateFile.Load(Place).LastRun);
    }

    // Of these there are 64 characters each.
    [Fact]
    public void Hashes_are_written_into_the_file_that_is_there()
    {
        var before = State with { Key = "", OutputsHash = "", Warnings = [] };
        StateFile.Save(Place, before);
        using var open = new FileStream(Place, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var after = before with { Key = new string('a', 64), OutputsHash = new string('0', 64) };

        StateFile.Update(Place, before, after);

        Assert.Equivalent(after, StateFile.Load(Place), strict: true);
        using var same = new StreamReader(open);
        Assert.StartsWith($"#Key {after.Key}\n#OutputsHash {after.OutputsHash}\n", same.ReadToEnd(), StringComparison.Ordinal);

        StateFile.Forget(Place, after);
        Assert.Equivalent(before, StateFile.Load(Place), strict: true);
    }

    [Fact]
    public void Whatever_else_changes_makes_another_file()
    {
        StateFile.Save(Place, State);
        var after = State with { Written = new(new Dictionary<string, string> { ["b"] = "1" }), Key = "other" };

        StateFile.Update(Place, State, after);

        Assert.Equivalent(after, StateFile.Load(Place), strict: true);
    }

    // Its hashes have no room for others.
    [Fact]
    public void A_file_of_an_earlier_version_is_replaced()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
        File.WriteAllText(Place, $"#Key \n#OutputsHash \n#Step a\n#Project ..%2Fa.proj\n#DeclaredIn ..%2Fa.proj\n#Outputs {new string('x', 200)}\n#Scope \n#Evaluated \na 1\n");
        var before = StateFile.Load(Place);
        Assert.Equal("a", before.Writer.Step);
        var after = before with { Key = new string('a', 64) };

        StateFile.Update(Place, before, after);

        Assert.Equivalent(after, StateFile.Load(Place), strict: true);
    }

    [Fact]
    public void A_step_is_unknown_where_no_new_state_can_be_written()
    {
        // This name fits, and that of the file that is to take its place is too long: there is no room for it, as on a full disk.
        var place = Path.Combine(_root, new string('x', 240));
        StateFile.Save(Place, State);
        File.Move(Place, place);
        Assert.Equal("key", StateFile.Load(place).Key);

        StateFile.Forget(place, State);

        Assert.Same(StepState.None, StateFile.Load(place));
    }

    [Theory]
    [InlineData("")]
    [InlineData("key\noutputs\n")]
    [InlineData("#Key 1\n")]
    [InlineData("#Key\n#OutputsHash 1\n")]
    [InlineData("#Key 1\n#OutputsHash 1\n! X1 b.c 3 5\n")]
    [InlineData("#Key 1\n#OutputsHash 1\n! X1 b.c three 5 0 0 odd\n")]
    [InlineData("#Key 1\n#OutputsHash 1\ngen/a\n")]
    [InlineData("#Key 1\n#OutputsHash 1\ngen/a 1\ngen/a 2\n")]
    [InlineData("#Key 1\n#OutputsHash 1\n#Step A\n")]
    public void Of_a_damaged_one_nothing_is_known(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
        File.WriteAllText(Place, text);

        Assert.Same(StepState.None, StateFile.Load(Place));
    }

    [Fact]
    public void Where_there_is_none_nothing_is_known() => Assert.Same(StepState.None, StateFile.Load(Place));
}
