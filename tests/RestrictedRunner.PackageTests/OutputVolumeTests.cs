using System.Globalization;

namespace RestrictedRunner.PackageTests;

/// <summary>Much output. Alone, because they measure memory and keep both processors busy.</summary>
[Collection(typeof(AloneOnTheMachine))]
public class OutputVolumeTests
{
    private const int Slack = 100;

    // MSBuild's own queue of unlogged messages holds 200,000, of any length:
    // https://github.com/dotnet/msbuild/blob/main/src/Build/BackEnd/Components/Logging/LoggingService.cs
    private static readonly Dictionary<string, string?> ShortQueue = new() { ["MSBUILDLOGGINGQUEUECAPACITY"] = "1000" };

    [EngineFact]
    public async Task Two_million_lines_of_two_streams_arrive_once_and_in_order()
    {
        var seen = await RunAsync($"""{Lines("o", 1_000_000)} &amp; {Lines("e", 1_000_000)} >&amp;2; wait""");

        Assert.Equal(("e 1000000", "o 1000000"), (seen[0], seen[1]));
        Assert.Equal("disorder ", seen[4]);
    }

    [EngineFact]
    public async Task The_memory_of_a_build_does_not_grow_with_the_output()
    {
        var some = await RunAsync(Lines("o", 50_000, width: 1000));
        var gigabyte = await RunAsync(Lines("o", 1_000_000, width: 1000));

        Assert.Equal(("o 1000000", "disorder "), (gigabyte[0], gigabyte[3]));
        Assert.InRange(Megabytes(gigabyte), 0, Megabytes(some) + Slack);
    }

    // In pieces, each a message: what a build keeps of a line that never ends is bounded too.
    [EngineFact]
    public async Task A_line_of_100_megabytes_arrives_whole()
    {
        var project = TestProject.WithTarget("""
            <DockerExec Image="busybox:latest" Command="head -c 100000000 /dev/zero | tr '\0' x; echo; echo after" />
            """);

        var build = await project.BuildAsync("-noconsolelogger");

        var output = build.SucceededWithoutWarnings().Output;
        Assert.Equal("after", output[^1]);
        Assert.All(output.SkipLast(1), piece => Assert.True(piece.AsSpan().IndexOfAnyExcept('x') < 0));
        Assert.Equal(100_000_000, output.SkipLast(1).Sum(piece => piece.Length));
    }

    private static string Lines(string stream, int count, int width = 1) =>
        string.Create(CultureInfo.InvariantCulture, $"awk 'BEGIN {{ rest = sprintf(\"%25{width}s\", \"\"); for (i = 1; i &lt;= {count}; i++) print \"{stream}\", i, rest }}'");

    private static double Megabytes(IReadOnlyList<string> seen) =>
        double.Parse(seen[^1].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

    private static async Task<string[]> RunAsync(string command)
    {
        var project = TestProject.WithTarget($"""<DockerExec Image="busybox:latest" EchoOff="true" Command="{command.Replace("\"", "&quot;", StringComparison.Ordinal)}" />""");
        var seen = project["seen"];

        // No binary log, which would hold it all.
        var result = await DotNet.RunAsync(
            project.Folder,
            ShortQueue,
            ["build", project.File, "-nodeReuse:false", "-noconsolelogger", $"-logger:{typeof(LineCounter).FullName},{typeof(LineCounter).Assembly.Location};{seen}"]);

        result.Succeeded();
        var report = await File.ReadAllLinesAsync(seen, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', report));
        return report;
    }
}
