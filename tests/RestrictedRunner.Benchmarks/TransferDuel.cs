using System.Globalization;
using System.Security.Cryptography;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.Benchmarks;

/// <summary>Moves the same number of files to a server and back, by this package's code and by buildbox's own clients in turn.</summary>
/// <param name="server">The address of a buildbox-casd, as its clients want it.</param>
/// <param name="programs">The folder with these clients.</param>
/// <param name="parent">Folder for the files.</param>
/// <param name="ours">Path of this program, beside the package's assemblies, whose code is compiled ahead.</param>
internal sealed class TransferDuel(string server, string programs, string parent, string ours)
{
    /// <summary>Prints the medians, and their ratios.</summary>
    /// <param name="title">What is compared.</param>
    /// <param name="count">Number of files, whose content is new for each transfer up.</param>
    /// <param name="size">Bytes of each.</param>
    /// <param name="pairs">How often each is measured, after once that does not count.</param>
    public async Task RunAsync(string title, int count, int size, int pairs)
    {
        Console.WriteLine(title);
        List<(Taken Ours, double Peer)> up = [];
        List<(Taken Ours, double Peer)> down = [];
        for (var pair = 0; pair <= pairs; pair++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(parent, $"rr-bench-transfer-{Guid.NewGuid():N}")).FullName;
            try
            {
                string[] our = [Files(Path.Combine(folder, "first"), count, size), Files(Path.Combine(folder, "second"), count, size)];
                var peer = Files(Path.Combine(folder, "peer"), count, size);
                var oursUp = await OursAsync("up", our);
                var peerUp = await PeerAsync("casupload", $"--output-digest-file={folder}/digest", peer);
                var oursDown = await OursAsync("down", our);
                var peerDown = await PeerAsync("casdownload", $"--root-digest={(await File.ReadAllTextAsync($"{folder}/digest")).Trim()}", $"--destination-dir={folder}/peer-down");
                if (pair > 0)
                {
                    up.Add((oursUp, peerUp));
                    down.Add((oursDown, peerDown));
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        Print("up", up);
        Print("down", down);
    }

    private static string Files(string folder, int count, int size)
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < count; i++)
        {
            File.WriteAllBytes(Path.Combine(folder, i.ToString(CultureInfo.InvariantCulture)), RandomNumberGenerator.GetBytes(size));
        }

        return folder;
    }

    private async Task<Taken> OursAsync(string direction, string[] folders)
    {
        var result = await Cli.Wrap("dotnet").WithArguments([ours, BlobTransfer.Word, direction, server, .. folders]).ExecuteBufferedAsync();
        double[] seconds = [.. result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
        return new(result.RunTime.TotalSeconds - seconds[1], seconds[0], seconds[1]);
    }

    private async Task<double> PeerAsync(string program, params string[] words) =>
        (await Cli.Wrap(Path.Combine(programs, program)).WithArguments([$"--remote={server}", .. words]).ExecuteBufferedAsync()).RunTime.TotalSeconds;

    private static void Print(string name, List<(Taken Ours, double Peer)> pairs)
    {
        var peer = Median(pairs.Select(pair => pair.Peer));
        foreach (var (what, ours) in new (string, Func<Taken, double>)[] { ("whole process", taken => taken.Process), ("first calls", taken => taken.First), ("later calls", taken => taken.Later) })
        {
            var median = Median(pairs.Select(pair => ours(pair.Ours)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-5} {what,-13} ours {median:F2} s  peer {peer:F2} s  ratio of medians {median / peer:F2} over {pairs.Count} pairs"));
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <param name="Process">The process with the first calls.</param>
    /// <param name="First">The first calls, with the connection, and with all that .NET compiles for them.</param>
    /// <param name="Later">The same calls once more in that process, for other files.</param>
    private sealed record Taken(double Process, double First, double Later);
}
