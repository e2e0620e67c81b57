using CliWrap;

namespace RestrictedRunner.PackageTests.SameAsExec;

/// <summary>Every snippet is built with both tasks, and the two binary logs are compared event by event.</summary>
public class SameAsExecTests
{
    private const string Marker = "VARIABLE_OF_THE_BUILD";

    [EngineFact]
    public async Task Exec_and_DockerExec_do_the_same_but_for_the_documented_differences()
    {
        Assert.True(Snippets.All.Count > 180);
        Assert.Equal(Snippets.All.Select(snippet => snippet.Name).Distinct(), Snippets.All.Select(snippet => snippet.Name));

        // One node for Exec, whose commands inherit the standard input of the node.
        var builds = await Task.WhenAll(BuildAsync("Exec", _ => "", "-m:1"), BuildAsync("DockerExec", Container, "-m:3"));

        var seen = new HashSet<Difference>();
        string[] unexpected = [.. Snippets.All.Select((snippet, i) => Unexpected(snippet, builds[0][FileName(i)], builds[1][FileName(i)], seen)).OfType<string>()];
        Assert.True(unexpected.Length == 0, string.Join("\n\n", unexpected));
        Assert.Equal(Difference.All.ToHashSet(), seen);
    }

    [Fact]
    public void The_list_of_differences_has_a_row_for_each_and_no_other()
    {
        var rows = Assert.Single(Page.At("docs/exec-differences.md").Tables).Rows;

        Assert.Equal(Difference.All.Select(difference => difference.Row).Order(), rows.Select(row => row[0]).Order());
        Assert.All(rows, row => Assert.All(row, Assert.NotEmpty));
    }

    private static async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> BuildAsync(string task, Func<Snippet, string> attributes, string nodes)
    {
        var project = new TestProject(
            """
            <Project>
              <Target Name="Build">
                <MSBuild Projects="@(Snippet)" BuildInParallel="true" ContinueOnError="true" />
              </Target>
              <ItemGroup>
                <Snippet Include="snippet*.proj" />
              </ItemGroup>
            </Project>
            """,
            "all.proj");
        foreach (var (snippet, i) in Snippets.All.Select((snippet, i) => (snippet, i)))
        {
            project.Write(FileName(i), snippet.Project(task, attributes(snippet)));
        }

        project.Write("sub/file.txt", "in a file\n");
        var command = DotNet.Command(project.Folder, _ => { }, new Dictionary<string, string?> { [Marker] = "set" })
            .WithArguments(["build", project.File, $"-bl:{project["log.binlog"]}", "-nodeReuse:false", "-tl:off", "-noConsoleLogger", nodes])
            .WithStandardInputPipe(PipeSource.FromString("typed\n"));
        await command.ExecuteAsync(TestContext.Current.CancellationToken);
        return Transcript.Read(project["log.binlog"], project.Folder);
    }

    private static string Container(Snippet snippet) =>
        $""" Image="busybox:latest"{(snippet.SeesProject ? " Mounts=\"$(MSBuildProjectDirectory):$(MSBuildProjectDirectory)\"" : "")}""";

    private static string FileName(int snippet) => $"snippet{snippet:000}.proj";

    // What differs in another way than the snippet says, or null.
    private static string? Unexpected(Snippet snippet, IReadOnlyList<string> exec, IReadOnlyList<string> dockerExec, HashSet<Difference> seen)
    {
        var fromExec = Neutral(exec, difference => difference.InExec, seen);
        var fromDockerExec = Neutral(dockerExec, difference => difference.InDockerExec, seen);
        var onlyExec = Without(fromExec, fromDockerExec);
        var onlyDockerExec = Without(fromDockerExec, fromExec);
        seen.UnionWith(snippet.Deviations.Select(deviation => deviation.Difference));
        var isSame = onlyExec.SequenceEqual(snippet.Deviations.SelectMany(deviation => deviation.Exec))
            && onlyDockerExec.SequenceEqual(snippet.Deviations.SelectMany(deviation => deviation.DockerExec));
        var isInOrder = snippet.InAnyOrder || Without(fromExec, onlyExec).SequenceEqual(Without(fromDockerExec, onlyDockerExec));
        if (snippet.InAnyOrder)
        {
            seen.Add(Difference.Order);
        }

        return isSame && isInOrder && fromExec.Count > 0
            ? null
            : $"{snippet.Name}\n{snippet.Xml}\nExec alone:\n{Quoted(onlyExec)}DockerExec alone:\n{Quoted(onlyDockerExec)}{(isInOrder ? "" : $"in another order:\n{Quoted(fromExec)}and\n{Quoted(fromDockerExec)}")}";
    }

    private static IReadOnlyList<string> Neutral(IReadOnlyList<string> lines, Func<Difference, Func<string, IEnumerable<string>>> side, HashSet<Difference> seen)
    {
        foreach (var difference in Difference.All)
        {
            string[] without = [.. lines.SelectMany(side(difference))];
            if (!without.SequenceEqual(lines))
            {
                seen.Add(difference);
            }

            lines = without;
        }

        return lines;
    }

    // Lines that occur more often in the first list than in the second, in their order.
    private static List<string> Without(IReadOnlyList<string> lines, IReadOnlyList<string> others)
    {
        var left = others.GroupBy(line => line).ToDictionary(group => group.Key, group => group.Count());
        return [.. lines.Where(line => !left.TryGetValue(line, out var count) || (left[line] = count - 1) < 0)];
    }

    private static string Quoted(IEnumerable<string> lines) => string.Concat(lines.Select(line => $"    {line.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\e", "\\e", StringComparison.Ordinal)}\n"));
}
