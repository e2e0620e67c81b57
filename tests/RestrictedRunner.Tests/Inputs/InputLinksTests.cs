using CsCheck;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>What becomes of symbolic links among the inputs: here as lines "link -> the input that it leads to".</summary>
public sealed class InputLinksTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("test-").FullName;
    private readonly string _folder;

    public InputLinksTests() => _folder = Directory.CreateDirectory(Path.Combine(_parent, "project")).FullName;

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void A_link_to_an_input_stays_a_link()
    {
        Needs.LinksThatStay();
        Write("node_modules/typescript/bin/tsc", "lib/libz.so.1.2");
        Link("node_modules/.bin/tsc", "../typescript/bin/tsc");
        Link("lib/libz.so", "libz.so.1");
        Link("lib/libz.so.1", "./libz.so.1.2");

        Assert.Equal(
            ["lib/libz.so -> lib/libz.so.1", "lib/libz.so.1 -> lib/libz.so.1.2", "lib/libz.so.1.2", "node_modules/.bin/tsc -> node_modules/typescript/bin/tsc", "node_modules/typescript/bin/tsc"],
            Find("node_modules", "lib/**"));
        Assert.Equal(["lib/libz.so -> lib/libz.so.1.2", "lib/libz.so.1.2"], Find("lib/libz.so", "lib/libz.so.1.2"));
    }

    [Fact]
    public void A_link_that_leads_elsewhere_is_the_file_that_it_leads_to()
    {
        Needs.Links();
        Write("a.txt", "../outside.txt");
        File.WriteAllText(Full("a.txt"), "twelve bytes");
        Link("link.txt", "a.txt");
        Link("out.txt", "../outside.txt");
        Link("left-out.txt", "a.txt");

        Assert.Equal(["link.txt", "out.txt"], Find("link.txt", "out.txt"));
        Assert.Equal(["left-out.txt", "link.txt", "out.txt"], Find("*", "!a.txt"));
        Assert.Equal(12, Assert.Single(InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, ["link.txt"])).Files).Stamp.Size);
    }

    [Theory]
    [InlineData("link")]
    [InlineData("*k")]
    [InlineData("./")]
    [InlineData("link/**", true)]
    [InlineData("link/a.txt", true)]
    [InlineData("sub/*/a.txt", true)]
    [InlineData("sub/itself/**", true)]
    public void One_that_leads_nowhere_is_told(string input, bool isFolder = false)
    {
        Needs.Links();
        Link("link", "none");
        Link("sub/itself", "itself");
        Link("sub/other", "itself");

        var found = InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, [input, "sub/**"]));

        Assert.Equal(
            ["link: none", "sub/itself: itself", "sub/other: itself"],
            found.Nowhere.Select(link => $"{link.Path}: {link.Text}").Union(isFolder && input.StartsWith("sub", StringComparison.Ordinal) ? ["link: none"] : []).Order(StringComparer.Ordinal));
        Assert.Empty(found.Files);
        Assert.Empty(InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, ["**", "!link", "!sub"])).Nowhere);
    }

    [Fact]
    public void A_folder_whose_files_are_inputs_stays_a_link()
    {
        Needs.LinksThatStay();
        Write("real/a.txt", "real/sub/b.txt", "real/c.md");
        Link("link", "real");

        Assert.Equal(["link -> real", "real/a.txt", "real/c.md", "real/sub/b.txt"], Find("**"));
        Assert.Equal(["link -> real", "real/a.txt", "real/sub/b.txt"], Find("**/*.txt"));
        Assert.Equal(["link -> real", "real/a.txt"], Find("link/a.txt", "real/a.txt"));
        Assert.Equal(["link -> real", "real/a.txt", "real/sub/b.txt"], Find("link/**/b.txt", "real/**/*.txt"));
        Assert.Equal(["link -> real/sub", "real/sub/b.txt"], FindAfter(() => Link("link", "real/sub"), "link", "real/sub/*"));
    }

    [Fact]
    public void A_folder_of_which_only_some_files_are_inputs_is_followed()
    {
        Needs.Links();
        Write("real/a.txt", "real/b.txt");
        Link("link", "real");

        Assert.Equal(["link/a.txt", "link/b.txt", "real/a.txt"], Find("link/**", "real/a.txt"));
        Assert.Equal(["link/a.txt", "link/b.txt"], Find("link"));
        Assert.Equal(["link/a.txt", "link/b.txt", "real/a.txt"], Find("link/a.txt", "link/b.txt", "real/a.txt"));
        Assert.Equal(["link/a.txt", "link/b.txt", "real/b.txt"], Find("**", "!real/a.txt"));
    }

    [Fact]
    public void Links_in_a_folder_that_is_followed_stay_links()
    {
        Needs.LinksThatStay();
        Write("../elsewhere/libz.so.1", "../elsewhere/sub/a.txt");
        Link("../elsewhere/libz.so", "libz.so.1");
        Link("../elsewhere/alias", "sub");
        Link("first", "../elsewhere");
        Link("second", "first");

        Assert.Equal(["first/alias -> first/sub", "first/libz.so -> first/libz.so.1", "first/libz.so.1", "first/sub/a.txt", "second -> first"], Find("**"));
    }

    [Fact]
    public void The_layout_of_pnpm_stays_as_it_is()
    {
        Needs.LinksThatStay();
        const string store = "node_modules/.pnpm";
        Write($"{store}/x@1/node_modules/x/index.js", $"{store}/y@2/node_modules/y/bin/y.js", $"{store}/y@2/node_modules/@s/z/z.js", "node_modules/.modules.yaml");
        Link("node_modules/x", ".pnpm/x@1/node_modules/x");
        Link($"{store}/x@1/node_modules/y", "../../y@2/node_modules/y");
        Link($"{store}/node_modules/y", "../y@2/node_modules/y");
        Link($"{store}/y@2/node_modules/x", "../../x@1/node_modules/x");
        Link("node_modules/.bin/y", "../.pnpm/y@2/node_modules/y/bin/y.js");

        string[] all =
        [
            "node_modules/.modules.yaml",
            $"{store}/node_modules/y -> {store}/y@2/node_modules/y",
            $"{store}/x@1/node_modules/x/index.js",
            $"{store}/x@1/node_modules/y -> {store}/y@2/node_modules/y",
            $"{store}/y@2/node_modules/@s/z/z.js",
            $"{store}/y@2/node_modules/x -> {store}/x@1/node_modules/x",
            $"{store}/y@2/node_modules/y/bin/y.js",
            $"node_modules/x -> {store}/x@1/node_modules/x",
        ];

        Assert.Equal([$"node_modules/.bin/y -> {store}/y@2/node_modules/y/bin/y.js", .. all], Find("node_modules/"));

        // The links lead into the folder that a glob would pass by.
        Assert.Equal(all, Find("**"));
        Assert.Equal(all, Find("node_modules/**/*"));
    }

    [Theory]
    [InlineData(".", "src/deep")]
    [InlineData("..", "src")]
    [InlineData("../..", ".")]
    [InlineData("../../..", null)]
    [InlineData("/", null)]
    public void A_link_to_a_folder_that_it_is_in_has_an_end(string text, string? target)
    {
        Needs.Links();
        if (target is not null)
        {
            Needs.LinksThatStay();
        }

        Write("src/deep/a.c", "b.c");
        Link("src/deep/link", text);

        Assert.Equal(["src/deep/a.c", .. target is null ? Array.Empty<string>() : [$"src/deep/link -> {target}"]], Find("src"));
        Assert.Equal(["src/deep/a.c", .. target is null ? Array.Empty<string>() : [$"src/deep/link -> {target}"]], Find("src/**/*.c"));
    }

    [Fact]
    public void Two_folders_that_link_to_each_other_have_an_end()
    {
        Needs.LinksThatStay();
        Write("a/a.c", "b/b.c");
        Link("a/to-b", "../b");
        Link("b/to-a", "../a");

        Assert.Equal(["a/a.c", "a/to-b/b.c", "a/to-b/to-a -> a"], Find("a"));
        Assert.Equal(["a/a.c", "a/to-b -> b", "b/b.c", "b/to-a -> a"], Find("**"));
    }

    [Fact]
    public void An_absolute_link_leads_to_the_input_too()
    {
        Needs.LinksThatStay();
        Write("real/a.txt", "../shared/s.txt");
        Link("link", Full("real"));
        Link("sub/a.txt", Full("real/a.txt"));
        Link("s.txt", Full("../shared/s.txt"));
        Link("../shared/a.txt", "../project/real/a.txt");

        Assert.Equal(
            ["../shared/a.txt -> real/a.txt", "../shared/s.txt", "link -> real", "real/a.txt", "s.txt -> ../shared/s.txt", "sub/a.txt -> real/a.txt"],
            Find("**", "../shared/"));
    }

    [Fact]
    public void A_project_that_is_behind_a_link_has_the_same_links()
    {
        Needs.LinksThatStay();
        Write("real/a.txt");
        Link("link", "real");
        Link("absolute", Full("real/a.txt"));
        Link("../elsewhere/checkout", _folder);

        Assert.Equal(["absolute -> real/a.txt", "link -> real", "real/a.txt"], Lines(InputFiles.Find(DeclaredInputs.Of(Here.Paths, Full("../elsewhere/checkout"), ["**"]))));
    }

    [Theory]
    [InlineData("link/", "link/out.txt")]
    [InlineData("link/a.txt", "link/a.txt")]
    [InlineData("link/**/*.txt", "link/a.txt")]
    public void A_link_that_an_output_is_behind_is_followed(string output, string input)
    {
        Needs.LinksThatStay();
        Write("real/a.txt");
        Link("link", "real");
        var step = new DeclaredStep("Step", new("", static () => 0)) { Outputs = DeclaredOutputs.Of(Here.Paths, _folder, [output]) };
        var setting = new StepBuildSetting { ProjectDirectory = _folder, State = new(Full("obj"), Full("a.proj")), Scope = new("", ""), Mounts = [] };
        var excluded = StepExclusions.Of(step, setting, new(new Dictionary<string, string>()));

        Assert.Empty(InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, ["real/**", "link", input]), excluded).Links);
        Assert.NotEmpty(InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, ["real/**", "link/**"])).Links);
    }

    [Fact]
    public void An_output_that_is_an_input_by_another_way_is_an_input()
    {
        Needs.Links();
        Write("real/a.txt", "real/other.txt");
        Link("link", "real");
        Link("alias.txt", "real/a.txt");

        var paths = new InputPaths(InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, ["link/a.txt", "real/a.txt", "alias.txt"])), Here.Paths);

        Assert.True(paths.Has(Full("link/a.txt")));
        Assert.True(paths.Has(Full("real/a.txt")));
        Assert.True(paths.Has(Full("alias.txt")));
        Assert.False(paths.Has(Full("link/other.txt")));
    }

    [Fact]
    public void A_link_to_a_folder_above_the_project_is_followed_where_the_project_has_another_name_in_the_stage()
    {
        using var checkout = new Checkout(Path.Combine(_parent, "first"), "project", ["a"], [("c", "..")], ["**", "../elsewhere/", "c/**"]);

        checkout.AssertStaged();
    }

    // Whatever links there are, what the globs stood for can be read in the stage, with its content; no link of the stage
    // leads nowhere or out; and another checkout makes the same of it.
    [Fact]
    public void A_stage_has_what_the_project_has()
    {
        var names = Gen.OneOf("a", "b", "c");
        var paths = Gen.OneOf(names, Gen.Select(names, names, (folder, name) => $"{folder}/{name}"));
        var targets = Gen.OneOf(".", "..", "a", "b", "c", "a/b", "../a", "../b/c", "../../elsewhere/x", "../elsewhere", "{project}/a", "{project}/b/a", "{parent}/elsewhere/x");
        var globs = Gen.OneOf("**", "*", "a", "a/**", "b/*", "*/a", "c", "c/**", "b/a", "../elsewhere/", "../elsewhere/x");

        Gen.Select(paths.Array[1, 4], Gen.Select(paths, targets).Array[1, 4], globs.Array[1, 3]).Sample(
            (files, links, inputs) =>
            {
                using var first = new Checkout(Path.Combine(_parent, "first"), "project", files, links, inputs);
                using var second = new Checkout(Path.Combine(_parent, "other", "second"), "somewhere", files, links, inputs);

                if (!links.Contains(("a", "..")) && !links.Contains(("b", "..")) && !links.Contains(("c", "..")))
                {
                    // The others do not lead to a folder that has that of the checkout in it.
                    Assert.Equal(first.Snapshot.Root, second.Snapshot.Root);
                }

                first.AssertStaged();
            },
            iter: 30,
            threads: 1);
    }

    private sealed class Checkout : IDisposable
    {
        private readonly string _parent;
        private readonly string _project;
        private readonly string[] _inputs;

        public Checkout(string parent, string name, string[] files, (string Path, string Text)[] links, string[] inputs)
        {
            (_parent, _project, _inputs) = (parent, Path.Combine(parent, name), inputs);
            Directory.CreateDirectory(_project);
            Directory.CreateDirectory(State);
            Make(Path.Combine(parent, "elsewhere", "x"), path => File.WriteAllText(path, "elsewhere/x"));
            foreach (var file in files)
            {
                Make(Path.Combine(_project, file), path => File.WriteAllText(path, file));
            }

            foreach (var (path, text) in links)
            {
                Make(Path.Combine(_project, path), link => File.CreateSymbolicLink(link, text.Replace("{project}", _project, StringComparison.Ordinal).Replace("{parent}", parent, StringComparison.Ordinal)));
            }

            Snapshot = FileSnapshot.Find(DeclaredInputs.Of(Here.Paths, _project, inputs), Path.Combine(State, "inputs"), CancellationToken.None);
        }

        public FileSnapshot Snapshot { get; }

        // A link may lead to all that is beside the project.
        private string State => $"{_parent}-state";

        public void AssertStaged()
        {
            using var stage = new Stage(new(Path.Combine(State, "stage")), Snapshot, isMounted: false);
            stage.CopyInputs(CancellationToken.None);
            foreach (var file in InputFiles.FindOutputs(Here.Paths, _project, [.. _inputs.Select(input => DeclaredPath.Output(Here.Paths, input, _project).Glob)], followsLinks: true).Files)
            {
                Assert.Equal(File.ReadAllText(file.FullPath), File.ReadAllText(Path.Combine(stage.ProjectDirectory, file.Path)));
            }

            foreach (var link in OutputOnDisk.Find(Path.GetDirectoryName(stage.Tree)!, Path.GetFileName(stage.Tree)).Where(entry => entry.IsLink).Select(entry => entry.Info))
            {
                Assert.False(Path.IsPathRooted(link.LinkTarget));
                Assert.StartsWith(stage.Tree, Path.GetFullPath(link.LinkTarget!, Path.GetDirectoryName(link.FullName)!), StringComparison.Ordinal);
                Assert.True(File.Exists(link.FullName) || Directory.Exists(link.FullName), link.FullName);
            }
        }

        public void Dispose()
        {
            Directory.Delete(_parent, recursive: true);
            Directory.Delete(State, recursive: true);
        }

        // Where there is room for it.
        private static void Make(string path, Action<string> make)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                make(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
            }
        }
    }

    private IReadOnlyList<string> FindAfter(Action change, params string[] declared)
    {
        change();
        return Find(declared);
    }

    private IReadOnlyList<string> Find(params string[] declared)
    {
        var found = InputFiles.Find(DeclaredInputs.Of(Here.Paths, _folder, declared));
        Assert.Empty(found.Nowhere);
        return Lines(found);
    }

    private static IReadOnlyList<string> Lines(InputFiles found) =>
        [.. found.Files.Select(file => file.Path).Concat(found.Links.Select(link => $"{link.Path} -> {link.Target}")).Order(StringComparer.Ordinal)];

    private string Full(string path) => Path.GetFullPath(path, _folder);

    private void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Full(path))!);
        File.Delete(Full(path));
        File.CreateSymbolicLink(Full(path), target);
    }

    private void Write(params string[] paths)
    {
        foreach (var path in paths.Select(Full))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "text");
        }
    }
}
