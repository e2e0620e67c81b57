using System.Globalization;

namespace RestrictedRunner.PackageTests;

/// <summary>Much output: as much as shows a fault, and in the long tier as much as there may be.</summary>
public class OutputVolumeTests
{
    private const int Slack = 100;

    // MSBuild's own queue of unlogged messages holds 200,000, of any length, which is more than there are here:
    // https://github.com/dotnet/msbuild/blob/main/src/Build/BackEnd/Components/Logging/LoggingService.cs
    // With this few, a machine that is too busy to log as fast as the step prints needs no more memory than another.
    private static readonly Dictionary<string, string?> ShortQueue = new() { ["MSBUILDLOGGINGQUEUECAPACITY"] = "100" };

    [EngineFact]
    public Task Lines_of_two_streams_arrive_once_and_in_order() => ArriveInOrderAsync(lines: 100_000);

    [EngineFact]
    [Trait("Tier", "Long")]
    public Task Two_million_lines_of_two_streams_arrive_once_and_in_order() => ArriveInOrderAsync(lines: 1_000_000);

    [EngineFact]
    public Task The_memory_of_a_build_does_not_grow_with_the_output() => MemoryDoesNotGrowAsync(lines: 250_000);

    [EngineFact]
    [Trait("Tier", "Long")]
    public Task The_memory_of_a_build_does_not_grow_with_a_gigabyte_of_output() => MemoryDoesNotGrowAsync(lines: 1_000_000);

    [EngineFact]
    public Task A_line_of_10_megabytes_arrives_whole() => ArrivesWholeAsync(characters: 10_000_000);

    [EngineFact]
    [Trait("Tier", "Long")]
    public Task A_line_of_100_megabytes_arrives_whole() => ArrivesWholeAsync(characters: 100_000_000);

    private static async Task ArriveInOrderAsync(int lines)
    {
        var seen = await RunAsync($"""{Lines("o", lines)} &amp; {Lines("e", lines)} >&amp;2; wait""");

        Assert.Equal(($"e {lines}", $"o {lines}"), (seen[0], seen[1]));
        Assert.Equal("disorder ", seen[4]);
    }

    // Lines of a kilobyte, against 50 megabytes of them.
    private static async Task MemoryDoesNotGrowAsync(int lines)
    {
        var some = await RunAsync(Lines("o", 50_000, width: 1000));
        var many = await RunAsync(Lines("o", lines, width: 1000));

        Assert.Equal(($"o {lines}", "disorder "), (many[0], many[3]));
        Assert.InRange(Megabytes(many), 0, Megabytes(some) + Slack);
    }

    // In pieces, each a message: what a build keeps of a line that never ends is bounded too.
    private static async Task ArrivesWholeAsync(int characters)
    {
        var project = TestProject.WithTarget($"""
            <DockerExec Image="busybox:latest" Command="head -c {characters} /dev/zero | tr '\0' x; echo; echo after" />
            """);

        var build = await project.BuildInItsOwnProcessAsync("-noconsolelogger");

        var output = build.SucceededWithoutWarnings().Output;
        Assert.Equal("after", output[^1]);
        Assert.All(output.SkipLast(1), piece => Assert.True(piece.AsSpan().IndexOfAnyExcept('x') < 0));
        Assert.Equal(characters, output.SkipLast(1).Sum(piece => piece.Length));
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
