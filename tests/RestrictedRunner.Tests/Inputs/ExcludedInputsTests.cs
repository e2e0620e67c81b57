using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class ExcludedInputsTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("test-").FullName;
    private readonly string _folder;

    public ExcludedInputsTests() => _folder = Directory.CreateDirectory(Path.Combine(_parent, "project")).FullName;

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void Patterns_and_folders_do_not_go_into_the_folders_that_the_build_writes_to()
    {
        Write("a.cs", "src/a.cs", "src/obj/a.cs", "obj/gen.cs", "bin/Debug/a.cs", "../out/a.cs", "../shared/a.cs");

        Assert.Equal(["a.cs", "src/a.cs", "src/obj/a.cs"], Paths([], "**/*.cs"));
        Assert.Equal(["a.cs", "src/a.cs", "src/obj/a.cs"], Paths([], "./"));
        Assert.Equal(["../shared/a.cs", "a.cs", "src/a.cs", "src/obj/a.cs"], Paths([], "../**"));
    }

    [Theory]
    [InlineData("obj/")]
    [InlineData("obj")]
    [InlineData("obj/**")]
    [InlineData("obj/gen/*.cs")]
    [InlineData("obj/gen/a.cs")]
    public void They_do_where_they_name_such_a_folder_or_start_in_it(string input)
    {
        Write("obj/gen/a.cs");

        Assert.Equal(["obj/gen/a.cs"], Paths([], input));
    }

    [Theory]
    [InlineData("obj/**")]
    [InlineData("obj/docker-exec/")]
    [InlineData("obj/docker-exec/*")]
    public void Files_of_ours_are_never_found(string input)
    {
        Write("obj/docker-exec/own.txt");
        WriteOurs(Setting.State.Folder);

        Assert.Equal(["obj/docker-exec/own.txt"], Paths([], input));
    }

    [Fact]
    public void They_may_be_in_a_folder_of_the_users()
    {
        Write("a.txt");
        WriteOurs(_folder);

        Assert.Equal(["a.txt"], Paths(Setting with { State = new(_folder, Full("a.proj")) }, [], [], "**/*"));
    }

    [Fact]
    public void A_folder_that_the_project_is_in_is_no_folder_of_the_build()
    {
        Write("a.txt");

        Assert.Equal(["a.txt"], Paths(Setting with { BuildFolders = [_parent, _folder + '/'] }, [], [], "../**"));
    }

    [Theory]
    [InlineData("src/**")]
    [InlineData("src/")]
    [InlineData("**")]
    public void What_the_step_writes_is_not_found(string input)
    {
        Write("src/a.txt", "src/gen.txt", "src/gen/b.txt");

        Assert.Equal(["src/a.txt"], Paths(["src/gen.txt", "src/gen/"], input));
        Assert.Equal(["src/a.txt"], Paths([Path.Combine(_folder, "src/gen.txt"), "src/gen"], input));
    }

    [Fact]
    public void What_is_named_is_an_input_though_the_step_writes_it()
    {
        Write("src/a.txt", "src/gen/b.txt");

        Assert.Equal(["src/a.txt", "src/gen/b.txt"], Paths(["src/a.txt", "src/gen/"], "src/a.txt", "src/gen/*.txt"));
        Assert.Equal(["src/a.txt", "src/gen/b.txt"], Paths(["src/"], "src/"));
    }

    [Theory]
    [InlineData("src/**/*.txt")]
    [InlineData("src/")]
    public void Among_the_users_files_only_what_the_step_wrote_is_not_found(string output)
    {
        Write("src/a.txt", "src/made.txt", "src/sub/made.txt");

        Assert.Equal(["src/a.txt"], Paths(Setting, [output], ["src/made.txt", "src/sub/made.txt"], "src/**/*.txt"));
    }

    [Theory]
    [InlineData("src/")]
    [InlineData("src/.*/*")]
    [InlineData("src/**/.*/*.txt")]
    public void Where_a_killed_build_put_outputs_together_there_is_no_input(string input)
    {
        Write("src/a.txt", "src/.restricted-runner-3e8bacf5386042c6b34088bb24f13f3c/0.txt", "src/.restricted-runner-mine/b.txt");

        Assert.Equal(["src/.restricted-runner-mine/b.txt", "src/a.txt"], Paths(Setting, ["out/"], [], input, "src/a.txt").Order(StringComparer.Ordinal));
    }

    private StepBuildSetting Setting => new()
    {
        ProjectDirectory = _folder,
        State = new(Full("obj/docker-exec"), Full("a.proj")),
        BuildFolders = [Full("obj/"), Full("bin"), Full("../out")],
        Scope = new("", ""),
        Mounts = [],
    };

    private IEnumerable<string> Paths(string[] outputs, params string[] inputs) => Paths(Setting, outputs, [], inputs);

    private IEnumerable<string> Paths(StepBuildSetting setting, string[] outputs, string[] written, params string[] inputs)
    {
        var step = new DeclaredStep("Step", new("", static () => 0)) { Outputs = DeclaredOutputs.Of(Here.Paths, _folder, outputs) };
        var earlier = new WrittenFiles(written.ToDictionary(file => file, static _ => "x"));
        return InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, inputs), excluded: StepExclusions.Of(step, setting, earlier)).Files.Select(file => file.Path);
    }

    private void WriteOurs(string folder)
    {
        var state = new StateFolder(folder, Full("other/b.proj"));
        var paths = state.Of(new("Step", new("", static () => 0)));
        Write(state.Removed, Path.Combine(folder, "a.proj-0123abcd.items"), paths.State, paths.Lock, paths.Inputs, paths.Key, paths.Inputs + KnownRoot.Ending, Path.Combine(paths.Stage.FullPath, "tree/a.txt"), Path.Combine(folder, "a.proj-7-abcdefgh.docker-exec.log"));
    }

    private string Full(string path) => Path.GetFullPath(path, _folder);

    private void Write(params string[] paths)
    {
        foreach (var path in paths.Select(Full))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "text");
        }
    }
}
