using System.Collections.Concurrent;
using System.Globalization;
using RestrictedRunner.BuildHost;

namespace RestrictedRunner.PackageTests;

/// <summary>The process that most builds of these tests run in.</summary>
public class WarmProcessTests
{
    [Fact]
    public async Task It_serves_one_build_after_the_other_each_in_its_folder_with_its_variables_and_its_result()
    {
        await using var process = await WarmProcess.StartAsync();

        var first = await BuildAsync(new() { ["FIRST"] = "1" });
        var second = await BuildAsync(new() { ["SECOND"] = "2", ["CODE"] = "3" });

        Assert.Equal(($"[1] [] in {first.Folder}", 0), (first.Said, first.ExitCode));
        Assert.Equal(($"[] [2] in {second.Folder}", 1), (second.Said, second.ExitCode));
        Assert.Equal([process.Id, process.Id], new[] { first.Parent, second.Parent });

        async Task<(string Folder, string Said, int Parent, int ExitCode)> BuildAsync(Dictionary<string, string?> variables)
        {
            var project = new TestProject(
                """
                <Project>
                  <Target Name="Build">
                    <Message Text="[$(FIRST)] [$(SECOND)] in $(MSBuildStartupDirectory)" Importance="high" />
                    <Exec Command="echo $PPID" EchoOff="true" />
                    <Error Text="no" Condition="'$(CODE)' != ''" />
                  </Target>
                </Project>
                """);
            var lines = new ConcurrentQueue<string>();
            var exitCode = await process.RunAsync(new BuildRequest(project.Folder, DotNet.Environment(variables), [project.File, "-nologo", "-verbosity:m"]), lines.Enqueue);
            string[] said = [.. lines.Select(line => line.Trim()).Where(line => line.Length > 0)];
            Assert.True(said.Length > 1 && int.TryParse(said[1], CultureInfo.InvariantCulture, out _), string.Join(Environment.NewLine, said));
            return (project.Folder, said[0], int.Parse(said[1], CultureInfo.InvariantCulture), exitCode);
        }
    }
}
