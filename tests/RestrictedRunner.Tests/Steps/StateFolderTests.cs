using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class StateFolderTests : IDisposable
{
    // Of the system.
    private const int LongestFileName = 255;

    private const string OfEarlierVersions = ".written";

    private readonly string _root = Directory.CreateTempSubdirectory("test-").FullName;

    private string Folder => Path.Combine(_root, "state");

    private StateFolder State => Of("a.proj");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("x")]
    [InlineData("\u4e2d")]
    [InlineData("\U0001f600")]
    [InlineData("/")]
    public void A_long_name_is_no_too_long_file_name(string character)
    {
        var step = string.Concat(Enumerable.Repeat(character, 200));
        var state = Of($"{string.Concat(Enumerable.Repeat("x", 200))}.proj");

        Assert.All(Paths(state, step), path => Assert.True(Path.GetFileName(path).Length < LongestFileName - "-root.".Length - 32 - ".new".Length));
        Assert.NotEqual(state.Of(Step(step + "a")), state.Of(Step(step + "b")));
    }

    [Fact]
    public void Short_names_stand_in_the_file_name_as_they_are() =>
        Assert.Matches(@"^a\.proj-[0-9a-f]{8}\.Make%20it-[0-9a-f]{8}\.state$", Path.GetFileName(State.Of(Step("Make it")).State));

    [Fact]
    public void A_checkout_that_is_moved_is_remembered() =>
        Assert.Equal(
            Path.GetFileName(State.Of(Step("a")).State),
            Path.GetFileName(new StateFolder("/elsewhere/state", "/elsewhere/a.proj").Of(Step("a")).State));

    [Theory]
    [InlineData("b.proj")]
    [InlineData("other/a.proj")]
    public void Projects_have_nothing_in_common(string other)
    {
        Assert.Empty(Paths(State, "a").Intersect(Paths(Of(other), "a")));
        Write(State, "a");
        Write(Of(other), "a");

        Assert.Equal([State.Of(Step("a")).State], Steps(State).Keys);
        State.Remove(gone: [], kept: []);

        Assert.Equal([Of(other).Of(Step("a")).State], Steps(Of(other)).Keys);
        Assert.Equal(Paths(Of(other), "a").Order(StringComparer.Ordinal), Directory.GetFiles(Folder).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a very long name, of which a part is cut off in the name of the file, as otherwise it would be too long")]
    public void All_files_are_known_for_ours_and_removed(string step)
    {
        Assert.All(Paths(State, step), path => Assert.True(StateFolder.IsName(Path.GetFileName(path))));
        Write(State, step);
        Write(Path.Combine(State.Of(Step(step)).Stage.FullPath, "tree/a.txt"));

        State.Remove(gone: [], kept: []);

        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public void Parts_that_a_killed_build_left_go_and_what_is_being_written_or_is_the_users_stays()
    {
        var state = State.Of(Step("a")).State;
        var (left, young, theirs) = ($"{state}.{new string('0', 32)}.new", $"{state}.{new string('1', 32)}.new", Path.Combine(Folder, "theirs.new"));
        Write(left, young, theirs, state);
        foreach (var old in new[] { left, theirs, state })
        {
            File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));
        }

        State.RemoveAbandoned();

        Assert.Equal(new[] { young, theirs, state }.Order(StringComparer.Ordinal), Directory.GetFiles(Folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Stages_of_shared_containers_go_when_their_owner_has_ended()
    {
        var ended = Host.OfThisMachine.Owner with { Started = "1" };
        var (abandoned, living) = (State.NewSharedStage(ended), State.NewSharedStage(Host.OfThisMachine.Owner));
        Directory.CreateDirectory(abandoned.Tree);
        Directory.CreateDirectory(living.Tree);

        Assert.Equal([abandoned.FullPath], State.AbandonedStages(Host.OfThisMachine.Owner));
    }

    [Fact]
    public void What_is_remembered_of_other_steps_stays()
    {
        Write(State, "Mine");
        Write(State, "Other");
        Write(Path.Combine(Folder, "a.proj-7-abcdefgh.docker-exec.log"), Path.Combine(Folder, "Directory.Build.targets-7-abcdefgh.docker-exec.log"), Path.Combine(Folder, "own.txt"));

        State.Remove(gone: [], kept: [State.Of(Step("Other")).State]);

        Assert.Equal([.. Paths(State, "Other").Where(path => path != State.Removed && path != State.Images).Append(Path.Combine(Folder, "own.txt")).Order(StringComparer.Ordinal)], Directory.GetFiles(Folder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Logs_of_other_projects_stay()
    {
        Write(Of("b.proj"), "a");
        string[] logs = ["a.proj-7-abcdefgh.docker-exec.log", "b.proj-7-abcdefgh.docker-exec.log", "Directory.Build.targets-7-abcdefgh.docker-exec.log"];
        Write([.. logs.Select(log => Path.Combine(Folder, log))]);

        State.Remove(gone: [], kept: []);

        Assert.Equal(logs[1..], logs.Where(log => File.Exists(Path.Combine(Folder, log))));
    }

    [Fact]
    public void A_project_that_has_another_name_now_has_what_it_had()
    {
        Write(State.Project, Of("here.proj").Project);
        foreach (var project in new[] { "gone.proj", "here.proj", "other/gone.proj" })
        {
            Write(Of(project), "a");
        }

        var gone = Assert.Single(Steps(State));
        State.Remove(gone: [gone.Key], kept: []);

        Assert.Equal("gone.proj", Path.GetFileName(gone.Value.Writer.Project));
        Assert.Equal(2, Directory.GetFiles(Folder, "*.state").Length);
    }

    [Fact]
    public async Task Another_project_is_known_to_be_built()
    {
        using var mine = await FileLock.OpenAsync(State.Of(Step("a")).Lock, TestContext.Current.CancellationToken);
        Assert.False(State.OthersAreBuilt());

        using (await FileLock.OpenAsync(Of("b.proj").Of(Step("a")).Lock, TestContext.Current.CancellationToken))
        {
            Assert.True(State.OthersAreBuilt());
        }

        Assert.False(State.OthersAreBuilt());
    }

    [Fact]
    public async Task What_was_removed_is_told_from_then_on()
    {
        var before = DateTime.UtcNow;
        Assert.Empty(await RemovedFiles.SinceAsync(State.Removed, before, TestContext.Current.CancellationToken));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RemovedFiles.AddAsync(State.Removed, [$"a b/{i}"], TestContext.Current.CancellationToken)));

        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"a b/{i}"), (await RemovedFiles.SinceAsync(State.Removed, before, TestContext.Current.CancellationToken)).Order(StringComparer.Ordinal));
        Assert.Empty(await RemovedFiles.SinceAsync(State.Removed, DateTime.UtcNow, TestContext.Current.CancellationToken));
    }

    private static IReadOnlyDictionary<string, StepState> Steps(StateFolder state) => state.Steps(except: new HashSet<string>());

    private StateFolder Of(string project) => new(Folder, Path.Combine(_root, project));

    private static IReadOnlyList<string> Paths(StateFolder state, string step)
    {
        var paths = state.Of(Step(step));
        return [paths.State, paths.Lock, Path.ChangeExtension(paths.State, OfEarlierVersions), paths.Inputs, paths.Outputs, paths.Key, paths.Inputs + KnownRoot.Ending, state.Removed, state.Images];
    }

    private static void Write(StateFolder state, string step)
    {
        Write([.. Paths(state, step)]);
        StateFile.Save(state.Of(Step(step)).State, new() { Writer = new(step, state.Project, state.Project) });
    }

    private static void Write(params string[] paths)
    {
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
    }

    private static DeclaredStep Step(string name) => new(name, new("", static () => 0)) { Outputs = DeclaredOutputs.Of(HostPaths.Linux, "/project", ["out.txt"]) };
}
