using System.Diagnostics;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Grpc.Core;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.RemoteExecution;
using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Output;

namespace RestrictedRunner.Build.Cluster;

/// <summary>
/// A worker of a cluster, which has the step's inputs by their digests and gives back what it wrote in the same way.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="step">The step.</param>
internal sealed partial class ClusterRunner(ProjectCluster cluster, ClusterStep step) : IStepRunner
{
    // Once for blobs that are not there any more, once for a failure that nobody has to believe, once for outputs that are gone.
    private const int MostRuns = 4;

    /// <inheritdoc/>
    /// <exception cref="ClusterUnavailableException">The cluster cannot be used.</exception>
    /// <exception cref="ClusterRefusedException">The cluster cannot run the step, or not give back what it wrote.</exception>
    public async Task<RunResult> RunAsync(StepOptions options, RunObserver observer, CancellationToken cancellation)
    {
        var action = ClusterAction.Of(options, step.Outputs, step.Inputs, step.ProjectInTree, step.Image, cluster.Setting.Properties);
        try
        {
            await cluster.Connection.EnsureAsync(cancellation).ConfigureAwait(false);
            await UploadAsync(action, anew: false, cancellation).ConfigureAwait(false);
            step.Tell($"is action {action.Digest.Hash}/{action.Digest.SizeBytes} of {cluster.Setting.Address}");
            observer.Starting("");
            return await RunAsync(action, options, observer, cancellation).ConfigureAwait(false);
        }
        catch (ClusterUnavailableException e)
        {
            cluster.Connection.GiveUp(e.Message);
            throw;
        }
        catch (ServerException e)
        {
            throw new ClusterRefusedException(e.Message, e);
        }
    }

    private async Task<RunResult> RunAsync(ClusterAction action, StepOptions options, RunObserver observer, CancellationToken cancellation)
    {
        var (skipsCache, hasUploadedAgain, delays, watch) = (step.RunsAnew, false, 0, Stopwatch.StartNew());
        for (var runs = 0; ;)
        {
            var answer = await cluster.Connection.ExecuteAsync(action.Digest, skipsCache, action.Action.Timeout.ToTimeSpan(), step.Tell, cancellation).ConfigureAwait(false);
            if (answer is { Code: StatusCode.OK, Response.Result: { } result })
            {
                if (answer.Response.CachedResult && result.ExitCode != 0 && runs++ < MostRuns)
                {
                    // What failed once may not fail again, and a red step is never up to date.
                    skipsCache = true;
                    continue;
                }

                if (answer.Response.CachedResult)
                {
                    step.Tell("has its result from the cluster's own cache");
                }

                try
                {
                    return await FinishAsync(action, result, options, observer, watch, cancellation).ConfigureAwait(false);
                }
                catch (ServerException e) when (e.Failure == ServerFailure.BlobMissing && runs++ < MostRuns)
                {
                    skipsCache = true;
                    continue;
                }
            }

            if (answer.Code == StatusCode.DeadlineExceeded)
            {
                if (answer.Response?.Result is { } partial)
                {
                    await TellAsync(partial, options, observer, cancellation).ConfigureAwait(false);
                }

                throw new TimeoutException();
            }

            if (answer.MayMissBlobs && !hasUploadedAgain)
            {
                hasUploadedAgain = true;
                await UploadAsync(action, anew: true, cancellation).ConfigureAwait(false);
            }
            else if (answer.RetryDelay is { } delay && delays++ < cluster.Setting.Patience.MostDelays)
            {
                var most = cluster.Setting.Patience.LongestDelay;
                step.Tell($"waits, because the cluster is busy ({answer.Text})");
                await Task.Delay(delay < most ? delay : most, cancellation).ConfigureAwait(false);
            }
            else
            {
                throw Refusal(answer);
            }
        }
    }

    private Task UploadAsync(ClusterAction action, bool anew, CancellationToken cancellation) =>
        cluster.Connection.UploadAsync(step.Contents.Concat(action.Blobs), anew, cancellation);

    private async Task<RunResult> FinishAsync(ClusterAction action, ActionResult result, StepOptions options, RunObserver observer, Stopwatch watch, CancellationToken cancellation)
    {
        // Before the first line is told: what cannot be had is run again.
        if (result.ExitCode == 0 || step.WantsOutputsOfFailure)
        {
            await BringAsync(result, cancellation).ConfigureAwait(false);
        }

        var lastError = await TellAsync(result, options, observer, cancellation).ConfigureAwait(false);
        if (result.ExitCode == 1 && NoProgram().Match(lastError) is { Success: true } absent)
        {
            throw NotFound(absent.Text("program"), lastError);
        }

        return new()
        {
            ExitCode = result.ExitCode,
            Duration = watch.Elapsed,
            ContainerName = "",
            PrepareFailed = action.HasPrepare && result.OutputFiles.All(file => file.Path != ClusterAction.PreparedFile),
        };
    }

    private async Task BringAsync(ActionResult result, CancellationToken cancellation)
    {
        try
        {
            await StoreAsync([.. result.OutputDirectories.Select(folder => folder.TreeDigest ?? new Digest())], cancellation).ConfigureAwait(false);
            var entries = ClusterResult.Declared(OutputEntries.Of(ClusterResult.Outputs(result), step.Store.Read), step.Outputs);
            var files = entries.OfType<InputEntry.File>().ToList();
            await StoreAsync([.. files.Select(file => file.Digest)], cancellation).ConfigureAwait(false);
            var outputs = OutputPath.Outermost(step.Places.Paths.Concat(entries.Select(entry => entry.Path)));
            if (new OutputRestorer((file, path, mode, token) => step.Store.CopyTo(file.Digest, path, mode, token), step.EmptyFolder).Restore(step.Places, outputs, entries, cancellation) is null)
            {
                throw new ServerException(ServerFailure.BlobMissing, "what the step wrote was gone before it was in its place");
            }
        }
        catch (InvalidDataException e)
        {
            throw new ClusterRefusedException($"what it says that the step wrote cannot be put into the project: {e.Message}", e);
        }
    }

    private async Task StoreAsync(IReadOnlyList<Digest> blobs, CancellationToken cancellation)
    {
        Digest[] missing = [.. blobs.Distinct().Where(blob => !step.Store.Has(blob))];
        if (missing.Length > 0)
        {
            await cluster.Connection.DownloadAsync(missing, step.Store.ReceiveAsync, cancellation).ConfigureAwait(false);
        }
    }

    // Returns the last line of standard error.
    private async Task<string> TellAsync(ActionResult result, StepOptions options, RunObserver observer, CancellationToken cancellation)
    {
        var last = "";
        await ReadAsync(result.StdoutRaw, result.StdoutDigest, options.StdOutEncoding, line => observer.Output(new(OutputStream.StandardOutput, line))).ConfigureAwait(false);
        await ReadAsync(result.StderrRaw, result.StderrDigest, options.StdErrEncoding, line => observer.Output(new(OutputStream.StandardError, last = line))).ConfigureAwait(false);
        return last;

        async Task ReadAsync(ByteString raw, Digest? digest, System.Text.Encoding encoding, Action<string> tell)
        {
            var content = await OpenAsync(raw, digest, cancellation).ConfigureAwait(false);
            await using (content.ConfigureAwait(false))
            {
                await Utf8Lines.ReadAsync(content, encoding, mask: null, tell, observer.CaughtUp, kept: null, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<Stream> OpenAsync(ByteString raw, Digest? digest, CancellationToken cancellation)
    {
        if (!raw.IsEmpty || digest is null or { SizeBytes: 0 })
        {
            return new MemoryStream(raw.ToByteArray());
        }

        await StoreAsync([digest], cancellation).ConfigureAwait(false);
        return step.Store.OpenChecked(digest);
    }

    private static Exception Refusal(Answer answer)
    {
        if (NoProgramHere().Match(answer.Status.Message) is { Success: true } absent && answer.Code == StatusCode.NotFound)
        {
            return NotFound(absent.Text("program"), answer.Status.Message);
        }

        return answer.Code is StatusCode.Unavailable or StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unimplemented
            ? new ClusterUnavailableException(answer.Text)
            : new ClusterRefusedException(answer.Text);
    }

    // In the words of an engine, so that the same is said of it.
    private static RunnerException NotFound(string program, string said) => new(RunnerFailure.CommandNotFound, $"exec: \"{program}\": {said}");

    // Of buildbox's runner with bubblewrap.
    [GeneratedRegex(@"^bwrap: execvp (?<program>.+): (No such file or directory|Permission denied)$", RegexOptions.ExplicitCapture)]
    private static partial Regex NoProgram();

    // Of buildbox's runner with the host's programs: Unable to execute ["name", …]: No such file or directory.
    [GeneratedRegex(@"Unable to execute \[""?(?<program>[^"",\]]+).*No such file or directory", RegexOptions.ExplicitCapture)]
    private static partial Regex NoProgramHere();
}
