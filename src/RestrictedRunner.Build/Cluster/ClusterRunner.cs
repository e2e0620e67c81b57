using System.Diagnostics;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Grpc.Core;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Failures;
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
    // How often a step runs again because what it wrote is gone before it is here.
    private const int MostLosses = 2;

    // A folder's content is read into memory.
    private const long LongestTree = 64 * 1024 * 1024;

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
            cluster.Connection.GiveUp(e);
            throw;
        }
        catch (ServerException e)
        {
            throw new ClusterRefusedException(e.Failure is ServerFailure.Full or ServerFailure.TooLarge ? ClusterRefusal.Full : ClusterRefusal.BlobRefused, e.Message, e);
        }
    }

    private async Task<RunResult> RunAsync(ClusterAction action, StepOptions options, RunObserver observer, CancellationToken cancellation)
    {
        var (skipsCache, hasUploadedAgain, losses, delays, watch) = (step.RunsAnew, false, 0, 0, Stopwatch.StartNew());
        while (true)
        {
            var answer = await cluster.Connection.ExecuteAsync(action.Digest, skipsCache, action.Action.Timeout.ToTimeSpan(), step.Tell, cancellation).ConfigureAwait(false);
            if (answer is { Code: StatusCode.OK, Response.Result: { } result })
            {
                if (answer.Response.CachedResult && result.ExitCode != 0 && !skipsCache)
                {
                    // What failed once may not fail again, and a red step is never up to date.
                    skipsCache = true;
                    continue;
                }

                if (answer.Response.CachedResult)
                {
                    step.Tell("has its result from the cluster's own cache");
                }

                if (await FetchAsync(result, isLast: losses++ == MostLosses, cancellation).ConfigureAwait(false))
                {
                    return await FinishAsync(action, result, options, observer, watch, cancellation).ConfigureAwait(false);
                }

                skipsCache = true;
            }
            else if (answer.Code == StatusCode.DeadlineExceeded)
            {
                await TellSoFarAsync(answer.Response?.Result, options, observer, cancellation).ConfigureAwait(false);
                throw new TimeoutException();
            }
            else if (answer.MayMissBlobs && !hasUploadedAgain)
            {
                hasUploadedAgain = true;
                await UploadAsync(action, anew: true, cancellation).ConfigureAwait(false);
            }
            else if (answer.RetryDelay is { } delay && delays++ < cluster.Setting.Patience.MostDelays)
            {
                var most = cluster.Setting.Patience.LongestDelay;
                step.Tell($"waits, because the cluster is busy ({answer.Text})");
                await cluster.Connection.DelayAsync(delay < most ? delay : most, cancellation).ConfigureAwait(false);
            }
            else
            {
                throw Refusal(answer);
            }
        }
    }

    private async Task UploadAsync(ClusterAction action, bool anew, CancellationToken cancellation)
    {
        try
        {
            await cluster.Connection.UploadAsync(step.Files.Select(file => file.Content).Concat(action.Blobs), anew, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ServerException { Failure: ServerFailure.Refused })
        {
            // The step's key has the digest of what was in a file before, and the cluster takes nothing else under it.
            if (step.Files.FirstOrDefault(file => !file.IsUnchanged(cancellation)) is { } input)
            {
                throw new ClusterRefusedException(ClusterRefusal.InputChanged, $"'{input.Name}' changed while it was sent", e);
            }

            throw;
        }
    }

    // All that is needed of a result, before the first line of it is told: what was told cannot be taken back when the step
    // runs again. False when a part of it is gone.
    private async Task<bool> FetchAsync(ActionResult result, bool isLast, CancellationToken cancellation)
    {
        try
        {
            if (result.ExitCode == 0 || step.WantsOutputsOfFailure)
            {
                await BringAsync(result, cancellation).ConfigureAwait(false);
            }
            else
            {
                await StoreAsync(Texts(result), long.MaxValue, cancellation).ConfigureAwait(false);
            }

            return true;
        }
        catch (ServerException e) when (e.Failure == ServerFailure.BlobMissing)
        {
            return isLast ? throw new ClusterRefusedException(ClusterRefusal.OutputsGone, e.Message, e) : false;
        }
        catch (InvalidDataException e)
        {
            throw new ClusterRefusedException(ClusterRefusal.ResultInvalid, $"what it says that the step wrote cannot be put into the project: {e.Message}", e);
        }
    }

    private async Task<RunResult> FinishAsync(ClusterAction action, ActionResult result, StepOptions options, RunObserver observer, Stopwatch watch, CancellationToken cancellation)
    {
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
        await StoreAsync([.. result.OutputDirectories.Select(folder => folder.TreeDigest)], LongestTree, cancellation).ConfigureAwait(false);
        var entries = ClusterResult.Declared(OutputEntries.Of(ClusterResult.Outputs(result), step.Store.Read), step.Outputs);
        var files = entries.OfType<InputEntry.File>().Select(file => file.Digest);
        await StoreAsync([.. files, .. Texts(result)], long.MaxValue, cancellation).ConfigureAwait(false);
        var outputs = OutputPath.Outermost(step.Places.Paths.Concat(entries.Select(entry => entry.Path)));
        if (new OutputRestorer((file, path, mode, token) => step.Store.CopyTo(file.Digest, path, mode, token), step.EmptyFolder).Restore(step.Places, outputs, entries, cancellation) is null)
        {
            throw new ServerException(ServerFailure.BlobMissing, "what the step wrote was gone before it was in its place");
        }
    }

    private async Task StoreAsync(IReadOnlyList<Digest> blobs, long longest, CancellationToken cancellation)
    {
        Digest[] missing = [.. blobs.Select(blob => ServerDigest.Checked(blob, longest)).Distinct().Where(blob => !step.Store.Has(blob))];
        if (missing.Length > 0)
        {
            await cluster.Connection.DownloadAsync(missing, step.Store.ReceiveAsync, cancellation).ConfigureAwait(false);
        }
    }

    // What a step has printed whose time is over; the cluster need not have it any more.
    private async Task TellSoFarAsync(ActionResult? result, StepOptions options, RunObserver observer, CancellationToken cancellation)
    {
        try
        {
            if (result is not null)
            {
                await StoreAsync(Texts(result), long.MaxValue, cancellation).ConfigureAwait(false);
                await TellAsync(result, options, observer, cancellation).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is ServerException or InvalidDataException)
        {
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
            var content = IsElsewhere(raw, digest) ? step.Store.OpenChecked(digest!) : new MemoryStream(raw.ToByteArray());
            await using (content.ConfigureAwait(false))
            {
                await Utf8Lines.ReadAsync(content, encoding, mask: null, tell, observer.CaughtUp, kept: null, cancellation).ConfigureAwait(false);
            }
        }
    }

    // What a step printed, as far as it does not come with the answer.
    private static IReadOnlyList<Digest> Texts(ActionResult result) =>
        [.. new[] { (Raw: result.StdoutRaw, Digest: result.StdoutDigest), (Raw: result.StderrRaw, Digest: result.StderrDigest) }.Where(text => IsElsewhere(text.Raw, text.Digest)).Select(text => text.Digest)];

    private static bool IsElsewhere(ByteString raw, Digest? digest) => raw.IsEmpty && digest is { SizeBytes: not 0 };

    private static Exception Refusal(Answer answer)
    {
        if (NoProgramHere().Match(answer.Status.Message) is { Success: true } absent && answer.Code == StatusCode.NotFound)
        {
            return NotFound(absent.Text("program"), answer.Status.Message);
        }

        if (answer.Code == StatusCode.OK)
        {
            return new ClusterRefusedException(ClusterRefusal.NotRun, "it says that the step has ended, and gives no result");
        }

        return answer.Code is StatusCode.Unavailable or StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unimplemented
            ? new ClusterUnavailableException(answer.Text)
            : new ClusterRefusedException(ClusterRefusal.NotRun, answer.Text);
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
