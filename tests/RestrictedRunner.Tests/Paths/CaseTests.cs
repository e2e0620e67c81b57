using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Where case does not count, as on Windows and mostly on macOS, names that differ in it are one file or folder.</summary>
public class CaseTests
{
    private static readonly Dictionary<string, (HostPaths Paths, string Project)> Hosts = new()
    {
        ["macos"] = (HostPaths.MacOS, "/p"),
        ["windows"] = (HostPaths.Windows, @"C:\p"),
    };

    [Theory]
    [InlineData("macos", "gen/a.c", "Gen/A.c")]
    [InlineData("macos", "gen/", "GEN/a.c")]
    [InlineData("macos", "Gen/*.c", "gen/a.C")]
    [InlineData("windows", @"gen\a.c", "Gen/A.c")]
    [InlineData("windows", @"gen\", @"GEN\a.c")]
    [InlineData("windows", @"c:\P\gen\a.c", "gen/a.c")]
    [InlineData("windows", @"gen\*.c", @"GEN\A.C")]
    [InlineData("windows", @"D:\gen\a.c", @"d:/gen/*.c")]
    public void A_step_comes_after_the_one_that_writes_what_it_reads(string host, string output, string input)
    {
        var (paths, project) = Hosts[host];
        var reader = Step("reader") with { Inputs = DeclaredInputs.Of(paths, project, [input]) };
        var writer = Step("writer") with { Outputs = DeclaredOutputs.Of(paths, project, [output]) };

        Assert.Equal(["writer", "reader"], StepGraph.Of([reader, writer], static (_, _) => Assert.Fail())!.Steps.Select(step => step.Name));
    }

    [Theory]
    [InlineData("macos", "gen/a", "Gen/A")]
    [InlineData("windows", @"gen\a", "Gen/A")]
    [InlineData("windows", @"C:\p\gen", "GEN/a")]
    public void Two_steps_cannot_write_one_file(string host, string first, string second)
    {
        var (paths, project) = Hosts[host];
        var problems = new List<GraphProblemKind>();
        Assert.Null(StepGraph.Of([Step("a") with { Outputs = DeclaredOutputs.Of(paths, project, [first]) }, Step("b") with { Outputs = DeclaredOutputs.Of(paths, project, [second]) }], (_, problem) => problems.Add(problem.Kind)));

        Assert.Equal([GraphProblemKind.OutputTwice], problems);
    }

    [Fact]
    public void A_mount_serves_its_folder_however_that_is_written()
    {
        var map = new MountMap(HostPaths.Windows, [new(@"C:\Src", "/src")], []);

        Assert.Equal("/src/app", map.InContainer(@"c:\src\app"));
        Assert.Equal("/src/app", map.InContainer("C:/SRC/app"));
        Assert.Equal(@"C:\Src\app\a.c", map.OnHost("/src/app/a.c"));

        // The container's own paths are those of Linux.
        Assert.Null(map.OnHost("/SRC/app/a.c"));
    }

    [Fact]
    public void An_output_that_is_an_input_in_another_case_is_the_users()
    {
        using var folder = new TestSupport.TempFolder();
        folder.Write("Data.json", "{}");
        var ignoring = Here.Paths with { IgnoresCase = true };
        var inputs = FileSnapshot.Find(DeclaredInputs.Of(ignoring, folder.Path, ["Data.json"]), folder["known"], CancellationToken.None);
        var step = Step("step") with { Outputs = DeclaredOutputs.Of(ignoring, folder.Path, ["data.json"]) };
        var written = new WrittenFiles(new Dictionary<string, string> { ["data.json"] = "x" });

        var own = new StepFiles(step, folder.Path, written, inputs).Own(written);

        Assert.Empty(own.Contents);
        Assert.Equal(["data.json"], own.InPlace.Keys);
    }

    [Fact]
    public void A_file_in_place_of_an_output_is_told_from_an_output_that_is_there()
    {
        using var folder = new TestSupport.TempFolder();
        folder.Write("Data.json", "{}");
        folder.Write("same.json", "{}");
        var outputs = DeclaredOutputs.Of(Here.Paths with { IgnoresCase = true }, folder.Path, ["data.json", "same.json", "none.json", "absent/a", "DATA/", "*.JSON"]);

        Assert.Equal([("data.json", "Data.json")], OtherSpelling.Of(outputs).Select(found => (found.Output.Text, found.Name)));
        Assert.Empty(OtherSpelling.Of(DeclaredOutputs.Of(Here.Paths with { IgnoresCase = false }, folder.Path, ["data.json"])));
    }

    [Fact]
    public void A_folder_of_the_build_is_left_out_however_it_is_written()
    {
        using var folder = new TestSupport.TempFolder();
        Directory.CreateDirectory(folder["Obj"]);
        folder.Write("Obj/gen.cs", "");
        folder.Write("a.cs", "");
        var host = Here.Host with { Paths = Here.Paths with { IgnoresCase = true } };
        var setting = new StepBuildSetting { ProjectDirectory = folder.Path, Host = host, State = new(folder["obj/docker-exec"], folder["a.proj"]), BuildFolders = [folder["obj/"]], Scope = new("", ""), Mounts = [] };

        var found = InputFiles.Find(DeclaredInputs.Of(host.Paths, folder.Path, ["**/*.cs"]), StepExclusions.Of(Step("step") with { Outputs = DeclaredOutputs.Of(host.Paths, folder.Path, []) }, setting, WrittenFiles.None));

        Assert.Equal(["a.cs"], found.Files.Select(file => file.Path));
    }

    [Fact]
    public void A_tree_has_one_folder_for_all_spellings()
    {
        var spelling = new OneSpelling(HostPaths.Windows);

        Assert.Equal(["Gen/a", "Gen/b", "Gen/Sub/c", "Gen/Sub/d"], new[] { "Gen/a", "gen/b", "GEN/Sub/c", "gen/sub/d" }.Select(spelling.Of));
        Assert.Equal("gen/b", new OneSpelling(HostPaths.Linux).Of("gen/b"));
    }

    [Fact]
    public void An_input_is_one_file_however_often_it_is_named()
    {
        using var folder = new TestSupport.TempFolder();
        folder.Write("Data.json", "{}");
        var found = InputFiles.Find(DeclaredInputs.Of(Here.Paths with { IgnoresCase = true }, folder.Path, ["Data.json", "*.json", "./Data.json"]));

        Assert.Equal(["Data.json"], found.Files.Select(file => file.Path));
    }

    // Whoever runs the step in either place finds the other's result.
    [Theory]
    [InlineData(@"gen\a.txt", "gen/a.txt")]
    [InlineData(@"gen\", "gen/")]
    [InlineData(@"gen\*.cs", "gen/*.cs")]
    [InlineData(@"C:\src\app\obj\a.cs", "/src/app/obj/a.cs")]
    [InlineData(@"..\lib\a.cs", "../lib/a.cs")]
    [InlineData(@"D:\data\a.cs", "/D/data/a.cs", 3)]
    public void Outputs_of_Windows_are_in_the_key_as_those_of_Linux(string onWindows, string onLinux, int depth = 0)
    {
        var windows = DeclaredOutputs.Of(HostPaths.Windows, @"C:\src\app", [onWindows]);

        if (depth == 0)
        {
            Assert.Equal(DeclaredOutputs.Of(HostPaths.Linux, "/src/app", [onLinux]).RelativeTexts, windows.RelativeTexts);
            Assert.Equal(DeclaredOutputs.Of(HostPaths.Linux, "/src/app", [onLinux]).Depth, windows.Depth);
        }
        else
        {
            // A drive is one folder more.
            Assert.Equal([$"{string.Concat(Enumerable.Repeat("../", depth))}{onLinux[1..]}"], windows.RelativeTexts);
            Assert.Equal(depth, windows.Depth);
        }
    }

    [Fact]
    public void An_output_of_another_drive_is_in_the_tree_and_back()
    {
        var outputs = DeclaredOutputs.Of(HostPaths.Windows, @"C:\src\app", [@"D:\data\a.cs"]);

        Assert.Equal(@"C:\src\app\obj\stage\tree\D\data\a.cs", Assert.Single(outputs.In(@"C:\src\app\obj\stage\tree\p\p\p").Paths).FullPath);
        Assert.Equal([new Mount(@"C:\src\app\obj\stage\tree\D\data", "/D/data")], outputs.Mounts(@"C:\src\app\obj\stage\tree\p\p\p", beside: false));
    }

    [Fact]
    public void Where_nothing_tells_what_may_be_executed_the_key_says_so()
    {
        Assert.NotEqual(Key(Host.Linux), Key(Host.Windows));
        Assert.Equal(Key(Host.Linux), Key(Host.MacOS));

        static string Key(Host host)
        {
            var project = host.IsWindows ? @"C:\p" : "/p";
            var step = Step("step") with { Outputs = DeclaredOutputs.Of(host.Paths, project, ["a"]) };
            return ActionKey.Of(StepActions.Of(step, new() { Image = "i", Command = "c" }, "sha256:1", "", host, project), InputTree.Of([]).Root).Digest.Hash;
        }
    }

    // What a program may have set is no proof that the content is the same.
    [Fact]
    public void A_file_whose_change_the_system_does_not_tell_is_read_each_time()
    {
        using var folder = new TestSupport.TempFolder();
        var stamp = new FileStamp(Size: 1, Written: 5, Changed: 0, Inode: 0, Mode: 0);
        var file = new InputFile("a", folder.Write("a", "x"), stamp);
        var cache = new DigestCache(new Dictionary<string, DigestCache.Entry> { [file.FullPath] = new(stamp, "hash", 1) });
        var complete = stamp with { Changed = 5 };

        Assert.Null(cache.Find(file));
        Assert.NotNull(new DigestCache(new Dictionary<string, DigestCache.Entry> { [file.FullPath] = new(complete, "hash", 1) }).Find(file with { Stamp = complete }));
    }

    private static DeclaredStep Step(string name) => new(name, new ProjectPlace("/p/a.proj", static () => 1));
}
