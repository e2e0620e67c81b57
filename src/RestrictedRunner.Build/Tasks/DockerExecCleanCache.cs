using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build;

/// <summary>Empties the user's cache on this machine: the results of steps, and the cache mounts that nobody uses at the moment.</summary>
[MSBuildMultiThreadableTask]
public sealed class DockerExecCleanCache : Microsoft.Build.Utilities.Task, ICancelableTask, IDisposable
{
    private readonly StepCancellation _cancellation = new();

    /// <summary>The user's project, which a warning points at.</summary>
    public string Project { get; set; } = "";

    /// <summary>What it said, as metadata <c>Text</c>: for terminals whose logger hides messages.</summary>
    [Output]
    public ITaskItem[] Said { get; private set; } = [];

    /// <summary>Removes, and says what that freed.</summary>
    /// <returns>False when an error was logged.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stack trace in a user's log explains nothing; it is logged at low importance.")]
    public override bool Execute()
    {
        var host = Host.OfThisMachine;
        var diagnostics = new Diagnostics(Log, host, Project);
        try
        {
            if (CacheFolder.Default(host) is { } cache)
            {
                _cancellation.Watch(() => Clean(cache, host, diagnostics));
            }
        }
        catch (OperationCanceledException)
        {
            diagnostics.StepsCancelled();
        }
        catch (Exception e)
        {
            diagnostics.OwnFault(e);
        }

        return !Log.HasLoggedErrors;
    }

    /// <summary>Ends it; what was not removed by then stays.</summary>
    public void Cancel() => _cancellation.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _cancellation.Dispose();

    private bool Clean(CacheFolder cache, Host host, Diagnostics diagnostics)
    {
        var report = Eviction.Empty(cache, _cancellation.Token);
        string[] texts = [$"Freed {SizeText.Of(report.Bytes)} of the cache '{cache.Path}': {report.Results} results of steps and {report.Mounts} cache mounts.", .. report.Kept];
        Said = [.. texts.Select((text, i) => new TaskItem($"{i}", new Dictionary<string, string> { ["Text"] = EscapedText.Escape(text) }))];
        foreach (var text in texts)
        {
            Log.LogMessage(MessageImportance.High, "{0}", text);
        }

        var mounts = new CacheMountFolders(cache);
        if (mounts.Gone.Count > 0)
        {
            var reason = "";
            ForeignCacheFiles.RemoveAsync(cache, host, why => reason = why, _cancellation.Token).GetAwaiter().GetResult();
            foreach (var folder in mounts.Gone)
            {
                diagnostics.ForeignCacheFiles(folder.ReadNote().Mount, folder.Path, reason);
            }
        }

        return true;
    }
}
