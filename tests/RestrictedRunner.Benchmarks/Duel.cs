using System.Globalization;
using CliWrap;

namespace RestrictedRunner.Benchmarks;

/// <summary>Builds two projects in turn and compares how long each `dotnet build` took, and the most memory that it had.</summary>
/// <param name="only">A part of the titles of those that are wanted; empty for all.</param>
internal sealed class Duel(string only)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>True for a title whose comparison is wanted.</summary>
    public bool IsWanted(string title) => title.Contains(only, StringComparison.Ordinal);

    /// <param name="title">What is compared.</param>
    /// <param name="ours">Path of one project.</param>
    /// <param name="peer">Path of the other.</param>
    /// <param name="pairs">How often each is built, after once that does not count.</param>
    /// <param name="logger">Option of the command line.</param>
    /// <param name="before">Done before each build, whose project it is given, and not measured.</param>
    public async Task RunAsync(string title, string ours, string peer, int pairs, string logger = "-tl:off", Action<string>? before = null)
    {
        if (!IsWanted(title))
        {
            return;
        }

        Console.WriteLine(title);
        await BuildAsync(ours, logger, before);
        await BuildAsync(peer, logger, before);

        var builds = new List<(Measured Ours, Measured Peer)>();
        for (var pair = 0; pair < pairs; pair++)
        {
            builds.Add((await BuildAsync(ours, logger, before), await BuildAsync(peer, logger, before)));
        }

        var oursMedian = Print("ours, s", builds.Select(build => build.Ours.Seconds));
        var peerMedian = Print("peer, s", builds.Select(build => build.Peer.Seconds));
        Print("ratio", builds.Select(build => build.Ours.Seconds / build.Peer.Seconds));
        Print("ours, MB", builds.Select(build => build.Ours.Megabytes));
        Print("peer, MB", builds.Select(build => build.Peer.Megabytes));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  difference of medians {(oursMedian - peerMedian) * 1000:F0} ms"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ratio of medians {oursMedian / peerMedian:F2} over {pairs} pairs"));
        Console.WriteLine();
    }

    private static async Task<Measured> BuildAsync(string project, string logger, Action<string>? before)
    {
        before?.Invoke(project);

        // A node that stays alive would keep what the first build compiled.
        var build = Cli.Wrap("dotnet").WithArguments(["build", project, "-nodeReuse:false", logger]).ExecuteAsync();
        var megabytes = 0.0;
        while (!build.Task.IsCompleted)
        {
            megabytes = Math.Max(megabytes, PeakMegabytes(build.ProcessId));
            await Task.WhenAny(build.Task, Task.Delay(Look));
        }

        return new((await build).RunTime.TotalSeconds, megabytes);
    }

    // The kernel's high-water mark, so that little is missed between two looks.
    private static double PeakMegabytes(int processId)
    {
        try
        {
            var line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            // It has ended since.
            return 0;
        }
    }

    private static double Print(string name, IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-8} min {sorted[0]:F2}  median {median:F2}  max {sorted[^1]:F2}"));
        return median;
    }

    private sealed record Measured(double Seconds, double Megabytes);
}
