using Microsoft.Build.Utilities;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests;

public sealed class ImageSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public ImageSourceTests()
    {
        Directory.CreateDirectory(_folder["tools/sub"]);
        _folder.Write("tools/Dockerfile", "FROM busybox\nCOPY . /c\n");
        _folder.Write("tools/a", "1");
        _folder.Write("tools/sub/b", "2");
    }

    [Fact]
    public void Whatever_the_image_would_be_built_from_gives_another_name()
    {
        // In this order; each is another than all before.
        (string What, Action Do)[] changes =
        [
            ("the Dockerfile", () => _folder.Write("tools/Dockerfile", "FROM busybox\nCOPY . /c\nRUN true\n")),
            ("a file", () => _folder.Write("tools/a", "3")),
            ("a file below", () => _folder.Write("tools/sub/b", "3")),
            ("a file more", () => _folder.Write("tools/new", "")),
            ("its name", () => File.Move(_folder["tools/new"], _folder["tools/sub/new"])),
            ("an empty folder", () => Directory.CreateDirectory(_folder["tools/empty"])),
            ("a file that may be run", () => File.SetUnixFileMode(_folder["tools/a"], UnixFileMode.UserRead | UnixFileMode.UserExecute)),
            ("a file that others may read", () => File.SetUnixFileMode(_folder["tools/a"], UnixFileMode.UserRead | UnixFileMode.OtherRead)),
            ("a folder that nobody may write", () => File.SetUnixFileMode(_folder["tools/empty"], UnixFileMode.UserRead | UnixFileMode.UserExecute)),
            ("a link that leads nowhere", () => File.CreateSymbolicLink(_folder["tools/link"], "nowhere")),
            ("its target", () => { File.Delete(_folder["tools/link"]); File.CreateSymbolicLink(_folder["tools/link"], "sub"); }),
            ("what is left out", () => _folder.Write("tools/.dockerignore", "sub\n")),
            ("what is left out of this Dockerfile's", () => _folder.Write("tools/Dockerfile.dockerignore", "a\n")),
        ];
        HashSet<string> names = [Name()];
        foreach (var (what, change) in changes)
        {
            change();

            Assert.True(names.Add(Name()), what);
            Assert.False(names.Add(Name()), what);
        }
    }

    [Fact]
    public void What_the_image_is_not_built_from_changes_no_name()
    {
        _folder.Write("tools/.dockerignore", "a\n.dockerignore\n");
        var name = Name();

        _folder.Write("tools/a", "other");
        _folder.Write("tools/.dockerignore", "# a comment\na\n.dockerignore\n");
        File.SetLastWriteTimeUtc(_folder["tools/sub/b"], DateTime.UtcNow.AddDays(1));
        _folder.Write("beside", "1");

        Assert.Equal(name, Name());
    }

    [Fact]
    public void Each_metadata_and_each_base_gives_another_name()
    {
        HashSet<string?> names = [Name(), Name(identity: "sha256:other"), Name(("BuildArgs", "A=1")), Name(("BuildArgs", "A=1;B=2")), Name(("BuildArgs", "A=1%3BB=2")), Name(("Target", "x")), Name(("Platform", "linux/arm64"))];

        Assert.Equal(7, names.Count);
        Assert.Equal(Name(("BuildArgs", "B=2;A=1")), Name(("BuildArgs", "A=1;B=2")));
        Assert.Null(Name(identity: null));
    }

    [Fact]
    public void A_name_is_one_for_an_engine_whatever_the_item_is_called()
    {
        Assert.All(["tools", "My tools/1:x@y", "--", "ü", new string('x', 300)], name =>
        {
            var built = Read(name).Name(_ => "x")!;

            Assert.Matches(@"^restricted-runner/[0-9a-f]{20}:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", built);
            Assert.Empty(StepOptionRules.CheckPull(new() { Image = built }));
        });
    }

    [Fact]
    public void A_base_by_its_digest_needs_no_question()
    {
        _folder.Write("tools/Dockerfile", $"FROM busybox@sha256:{new string('a', 64)}\nCOPY --from=gcc:12 /x /y\n");

        var source = Read("tools");

        Assert.Equal("gcc:12", Assert.Single(source.NamedBases).Name);
        Assert.Equal(2, source.Bases.Count);
    }

    [Fact]
    public void What_is_looked_at_shows_every_change()
    {
        var source = Read("tools");
        Assert.All(source.Seen, seen => Assert.True(seen.IsUnchanged()));
        Assert.Equal([_folder["tools"], _folder["tools/sub"]], source.Folders);

        Action[] changes =
        [
            () => _folder.Write("tools/a", "changed"),
            () => _folder.Write("tools/Dockerfile", "FROM scratch"),
            () => _folder.Write("tools/Dockerfile.dockerignore", ""),
            () => Directory.CreateDirectory(_folder["tools/sub/new"]),
        ];
        foreach (var change in changes)
        {
            var before = Read("tools");
            change();
            Assert.Contains(before.Seen, seen => !seen.IsUnchanged());
        }
    }

    [Theory]
    [InlineData("Dockerfile", "none/Dockerfile", "", (int)ImageFault.DockerfileAbsent, "none/Dockerfile")]
    [InlineData("Context", "none", "", (int)ImageFault.DockerfileAbsent, "none/Dockerfile")]
    [InlineData("Dockerfile", "tools/Dockerfile", "none", (int)ImageFault.ContextAbsent, "none")]
    [InlineData("Dockerfile", "tools/Dockerfile", "tools/a", (int)ImageFault.ContextAbsent, "tools/a")]
    public void What_is_not_there_is_a_fault(string name, string value, string context, int fault, string path)
    {
        var thrown = Assert.Throws<ImageSourceException>(() => Read("tools", [(name, value), .. context.Length > 0 ? new[] { ("Context", context) } : []]));

        Assert.Equal(((ImageFault)fault, _folder[path]), (thrown.Fault, thrown.Path));
    }

    [Fact]
    public void A_line_that_is_no_pattern_is_a_fault_of_its_file()
    {
        _folder.Write("tools/.dockerignore", "a\n[\n");

        var thrown = Assert.Throws<ImageSourceException>(() => Read("tools"));

        Assert.Equal((ImageFault.PatternInvalid, _folder["tools/.dockerignore"], 2), (thrown.Fault, thrown.Path, thrown.Line));
    }

    [Fact]
    public void Podman_has_a_name_of_its_own_for_what_is_left_out()
    {
        _folder.Write("tools/.containerignore", "a");
        _folder.Write("tools/.dockerignore", "b");

        Assert.Equal(_folder["tools/.containerignore"], Read("tools", isPodman: true).IgnoreFile);
        Assert.Equal(_folder["tools/.dockerignore"], Read("tools").IgnoreFile);
    }

    [Theory]
    [InlineData("BuildArgs", "NAME", "a build argument is written NAME=value")]
    [InlineData("BuildArgs", "1=2", "a build argument is written NAME=value")]
    [InlineData("Target", "--x", "a stage is named with letters, digits and the characters -_.")]
    [InlineData("Platform", "linux", "a platform is os/arch[/variant], such as linux/amd64")]
    [InlineData("Context", "a%00b", "it holds a NUL character, which no path has")]
    public void Metadata_that_are_wrong_are_told(string name, string value, string reason) =>
        Assert.Equal((name, reason), Assert.Single(Declared("tools", [(name, value)]).Problems.Select(problem => (problem.Parameter, problem.Reason))));

    [Fact]
    public void An_item_may_only_name_an_image_and_two_may_not_have_one_name()
    {
        var naming = new TaskItem("ghcr.io/acme/x:1");
        var tools = new TaskItem("tools", new Dictionary<string, string> { ["Dockerfile"] = "tools/Dockerfile", ["Dokcerfile"] = "x" });

        var read = ImageReader.Read([naming, tools], _folder.Path, Host.OfThisMachine);

        Assert.Equal(["Dokcerfile"], Assert.Single(read.Values).Unknown);
        Assert.Equal("Include", Assert.Single(Assert.Single(ImageReader.Read([tools, tools], _folder.Path, Host.OfThisMachine).Values).Problems).Parameter);
    }

    public void Dispose() => _folder.Dispose();

    private string? Name(params (string Name, string Value)[] metadata) => Read("tools", metadata).Name(static _ => "sha256:1");

    private string Name() => Read("tools").Name(static _ => "sha256:1")!;

    private string? Name(string? identity) => Read("tools").Name(_ => identity);

    private ImageSource Read(string name, (string Name, string Value)[]? metadata = null, bool isPodman = false) =>
        ImageSource.Read(Declared(name, metadata ?? []), _folder["state/known.inputs"], isPodman, Host.OfThisMachine, TestContext.Current.CancellationToken);

    private DeclaredImage Declared(string name, (string Name, string Value)[] metadata)
    {
        var item = new TaskItem(name);
        item.SetMetadata("Dockerfile", metadata.Any(value => value.Name == "Context") && !metadata.Any(value => value.Name == "Dockerfile") ? "" : "tools/Dockerfile");
        foreach (var (metadataName, value) in metadata)
        {
            item.SetMetadata(metadataName, value);
        }

        return ImageReader.Read([item], _folder.Path, Host.OfThisMachine).Values.Single();
    }
}
