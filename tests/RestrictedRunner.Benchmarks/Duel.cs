using System.Globalization;
using CliWrap;

namespace RestrictedRunner.Benchmarks;

/// <summary>Builds two projects in turn and compares how long each `dotnet build` took.</summary>
internal static class Duel
{
    public static async Task RunAsync(string title, string ours, string peer, int pairs)
    {
        Console.WriteLine(title);
        await BuildAsync(ours);
        await BuildAsync(peer);

        var times = new List<(double Ours, double Peer)>();
        for (var pair = 0; pair < pairs; pair++)
        {
            times.Add((await BuildAsync(ours), await BuildAsync(peer)));
        }

        var oursMedian = Print("ours, s", [.. times.Select(time => time.Ours).Order()]);
        var peerMedian = Print("peer, s", [.. times.Select(time => time.Peer).Order()]);
        Print("ratio", [.. times.Select(time => time.Ours / time.Peer).Order()]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ratio of medians {oursMedian / peerMedian:F2} over {pairs} pairs"));
        Console.WriteLine();
    }

    private static async Task<double> BuildAsync(string project)
    {
        // A node that stays alive would keep what the first build compiled.
        var result = await Cli.Wrap("dotnet").WithArguments(["build", project, "-nodeReuse:false", "-tl:off"]).ExecuteAsync();
        return result.RunTime.TotalSeconds;
    }

    private static double Print(string name, double[] sorted)
    {
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-8} min {sorted[0]:F2}  median {median:F2}  max {sorted[^1]:F2}"));
        return median;
    }
}
