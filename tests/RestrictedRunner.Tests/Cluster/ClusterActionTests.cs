using CsCheck;
using Google.Protobuf;
using RestrictedRunner.Build.Cluster;

namespace RestrictedRunner.Tests;

/// <summary>What a cluster is told to run.</summary>
public class ClusterActionTests
{
    private static readonly ClusterImage Image = new("example.com/tool@sha256:00");

    [Fact]
    public void A_script_is_a_file_beside_the_project_and_its_shell_reads_it()
    {
        var action = Of(new() { Command = "echo $A > out.txt" }, ["out.txt"], [File("src/a.txt")]);

        Assert.Equal(["sh", "../.restricted-runner.sh"], action.Command.Arguments);
        Assert.Equal("project", action.Command.WorkingDirectory);
        Assert.Equal(["out.txt"], action.Command.OutputPaths);
        Assert.Equal([".restricted-runner.sh", "project/src/a.txt"], Files(action));
        Assert.Equal("echo $A > out.txt", action.Script);
        Assert.False(action.HasPrepare);
    }

    [Theory]
    [InlineData("make", "make")]
    [InlineData("./tool.sh", "./tool.sh")]
    public void A_single_program_needs_no_script(string command, string argument)
    {
        var action = Of(new() { Command = command }, ["out.txt"], []);

        Assert.Equal([argument], action.Command.Arguments);
        Assert.Null(action.Script);
        Assert.Empty(Files(action));
    }

    // Any text: no shell of ours is in between.
    [Fact]
    public void Arguments_are_handed_over_as_they_are() => Gen.String.Where(text => text.Length > 0 && !text.Any(char.IsSurrogate)).Array[1, 5].Sample(arguments =>
    {
        var action = Of(new() { Arguments = arguments }, ["out.txt"], []);

        Assert.Equal(arguments, action.Command.Arguments);
        Assert.Equal(action.Command, RestrictedRunner.Build.RemoteExecution.Command.Parser.ParseFrom(action.Command.ToByteArray()));
    });

    [Fact]
    public void Words_of_the_shell_are_its_own() =>
        Assert.Equal(["bash", "-eo", "pipefail", "../.restricted-runner.sh"], Of(new() { Command = "a | b", Shell = "bash -eo pipefail" }, [], []).Command.Arguments);

    [Fact]
    public void A_prepare_command_leaves_a_file_when_it_is_through()
    {
        var action = Of(new() { Command = "make", PrepareCommand = "cd sub" }, ["out.txt"], []);

        Assert.True(action.HasPrepare);
        Assert.Equal(["sh", "-c", "RESTRICTED_RUNNER_PREPARED=$PWD/.restricted-runner.prepared; export RESTRICTED_RUNNER_PREPARED; exec \"$@\"", "sh", "sh", "../.restricted-runner.sh"], action.Command.Arguments);
        Assert.Equal([".restricted-runner.prepared", "out.txt"], action.Command.OutputPaths);
        Assert.Equal("cd sub\ncase $? in 0) echo >>\"$RESTRICTED_RUNNER_PREPARED\" ;; *) exit ;; esac\nmake", action.Script);
    }

    [Theory]
    [InlineData("", "entry sh ../.restricted-runner.sh")]
    [InlineData("none", "sh ../.restricted-runner.sh")]
    [InlineData("/own", "/own sh ../.restricted-runner.sh")]
    public void An_entry_point_comes_first(string entrypoint, string arguments) =>
        Assert.Equal(arguments.Split(' '), Of(new() { Command = "a; b", Entrypoint = entrypoint }, [], [], image: Image with { Entrypoint = ["entry"] }).Command.Arguments);

    [Fact]
    public void Variables_are_those_of_the_image_and_of_the_step()
    {
        var action = Of(
            new() { Command = "a", EnvironmentVariables = [new("B", "step"), new("C", "first"), new("C", "last")] },
            [],
            [],
            image: Image with { Variables = [new("PATH", "/usr/local/go/bin"), new("B", "image"), new("A", "image")] });

        Assert.Equal(["A=image", "B=step", "C=last", "PATH=/usr/local/go/bin"], action.Command.EnvironmentVariables.Select(variable => $"{variable.Name}={variable.Value}"));
        Assert.Equal(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], Of(new() { Command = "a" }, [], []).Command.EnvironmentVariables.Select(variable => $"{variable.Name}={variable.Value}"));
    }

    // A folder is one that the step finds, also where nothing is in it.
    [Fact]
    public void Outputs_are_the_outermost_and_what_they_are_in_is_there()
    {
        var action = Of(new() { Command = "a" }, ["gen/", "gen/a.c", "glob/*.c", "sub/deep/b.txt", "c.txt", "link/d.txt"], [new InputEntry.Link("link", "elsewhere"), File("elsewhere/x")]);

        Assert.Equal(["c.txt", "gen", "glob", "link/d.txt", "sub/deep/b.txt"], action.Command.OutputPaths);
        Assert.Equal(["project", "project/elsewhere", "project/gen", "project/glob", "project/sub", "project/sub/deep"], Folders(action));
    }

    [Fact]
    public void What_is_beside_the_project_is_beside_it_there()
    {
        var start = ProjectTree.ProjectAt(1);
        var action = Of(new() { Command = "a; b" }, ["../lib/out.txt", "in.txt"], [File($"{start}/a.txt"), File("shared/b.h")], start);

        Assert.Equal($"project/{start}", action.Command.WorkingDirectory);
        Assert.Equal(["sh", "../../.restricted-runner.sh"], action.Command.Arguments);
        Assert.Equal(["../lib/out.txt", "in.txt"], action.Command.OutputPaths);
        Assert.Equal(["project", $"project/lib", $"project/{start}", "project/shared"], Folders(action));
    }

    [Theory]
    [InlineData(0, 3600)]
    [InlineData(5, 5)]
    public void Each_has_a_limit_of_time(int given, int seconds) =>
        Assert.Equal(seconds, Of(new() { Command = "a", Timeout = given == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(given) }, [], []).Action.Timeout.Seconds);

    [Fact]
    public void The_same_step_is_the_same_action_and_all_of_its_blobs_are_named()
    {
        StepOptions options = new() { Command = "echo a; b", EnvironmentVariables = [new("A", "b")] };
        var (one, two) = (Of(options, ["b", "a"], [File("x"), File("y")]), Of(options, ["a", "b"], [File("y"), File("x")]));

        Assert.Equal(one.Digest, two.Digest);
        var blobs = one.Blobs.Select(blob => blob.Digest).ToHashSet();
        Assert.Superset(new HashSet<RestrictedRunner.Build.RemoteExecution.Digest> { one.Digest, one.Action.CommandDigest, one.Action.InputRootDigest }, blobs);
        Assert.Contains(one.Inputs.Folders[one.Inputs.Root].Files.Single().Digest, blobs);
        Assert.Equal(["container-image=docker://example.com/tool@sha256:00"], one.Action.Platform.Properties.Select(property => $"{property.Name}={property.Value}"));
    }

    private static ClusterAction Of(StepOptions options, IReadOnlyList<string> outputs, IReadOnlyList<InputEntry> inputs, string start = "", ClusterImage? image = null) =>
        ClusterAction.Of(options, DeclaredOutputs.Of(HostPaths.Linux, "/project", outputs), inputs, start, image ?? Image, ClusterProperties.None);

    private static InputEntry.File File(string path) => new(path, Digests.Of("x"u8), IsExecutable: false);

    private static IEnumerable<string> Files(ClusterAction action) => Walk(action).Where(path => path.IsFile).Select(path => path.Path).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Folders(ClusterAction action) => Walk(action).Where(path => !path.IsFile && path.Path.Length > 0).Select(path => path.Path).Order(StringComparer.Ordinal);

    private static IEnumerable<(string Path, bool IsFile)> Walk(ClusterAction action)
    {
        var left = new Stack<(string Path, RestrictedRunner.Build.RemoteExecution.Digest Folder)>([("", action.Inputs.Root)]);
        while (left.TryPop(out var next))
        {
            yield return (next.Path.TrimEnd('/'), false);
            foreach (var file in action.Inputs.Folders[next.Folder].Files)
            {
                yield return (next.Path + file.Name, true);
            }

            foreach (var folder in action.Inputs.Folders[next.Folder].Directories)
            {
                left.Push(($"{next.Path}{folder.Name}/", folder.Digest));
            }
        }
    }
}
