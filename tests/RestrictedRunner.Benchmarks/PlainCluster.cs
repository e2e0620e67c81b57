using System.Diagnostics;
using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;
using Action = RestrictedRunner.Build.RemoteExecution.Action;

namespace RestrictedRunner.Benchmarks;

/// <summary>What a cluster itself needs for some actions: the plainest client, which brings nothing back.</summary>
internal static class PlainCluster
{
    /// <summary>The first word of a command line that asks for one.</summary>
    public const string Word = "cluster";

    // As many as a build sends at once.
    private const int AtOnce = 50;

    /// <summary>Sends actions that differ only in a variable, all that they need in one message, and waits until the last has ended.</summary>
    /// <param name="words"><see cref="Word"/>, the server, the number of actions, and their command for a shell.</param>
    /// <returns>0; it prints the seconds from the first action to the last, without what was sent before.</returns>
    public static async Task<int> RunAsync(string[] words)
    {
        using var connection = new GrpcConnection(new(new(words[1]), IsGrpc: true) { AnswerLimit = TimeSpan.FromMinutes(1), StoreLimit = TimeSpan.FromMinutes(1) });
        var fresh = Guid.NewGuid().ToString();
        var root = new RestrictedRunner.Build.RemoteExecution.Directory();
        var commands = Enumerable.Range(0, int.Parse(words[2], CultureInfo.InvariantCulture)).Select(i => new Command
        {
            Arguments = { "sh", "-c", words[3] },
            EnvironmentVariables = { new Command.Types.EnvironmentVariable { Name = "FRESH", Value = $"{fresh} {i}" }, new Command.Types.EnvironmentVariable { Name = "PATH", Value = "/usr/bin:/bin" } },
            OutputPaths = { "out.txt" },
        }).ToList();
        var actions = commands.ConvertAll(command => new Action { CommandDigest = Digests.Of(command), InputRootDigest = Digests.Of(root), Timeout = Duration.FromTimeSpan(TimeSpan.FromMinutes(1)), Platform = new() });
        await new GrpcBlobs(connection).UploadAsync([Blob.Of(root), .. commands.Select(Blob.Of), .. actions.Select(Blob.Of)], default);

        var client = new Execution.ExecutionClient(connection.Calls);
        var watch = Stopwatch.StartNew();
        await Parallel.ForEachAsync(actions, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (action, end) =>
        {
            using var call = client.Execute(new() { ActionDigest = Digests.Of(action) }, cancellationToken: end);
            while (await call.ResponseStream.MoveNext(end))
            {
                if (call.ResponseStream.Current.Done && call.ResponseStream.Current.Response?.Unpack<ExecuteResponse>() is not { Status: null or { Code: 0 }, Result.ExitCode: 0 })
                {
                    throw new InvalidOperationException(call.ResponseStream.Current.ToString());
                }
            }
        });
        Console.WriteLine(watch.Elapsed.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        return 0;
    }
}
