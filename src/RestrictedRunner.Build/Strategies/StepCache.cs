using System.Text;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;

namespace RestrictedRunner.Build.Strategies;

/// <summary>One step's way to the results of earlier runs. A step works without them too, so what is wrong is a message.</summary>
internal sealed class StepCache(StepBuildSetting setting, StepFiles files, StepLogs.Log log, CancellationToken cancellation)
{
    // A step without outputs is run for what else it does.
    private bool IsUsed => setting.Cache is not null && files.Step.Outputs.DeclaredTexts.Count > 0;

    /// <summary>Brings the step's outputs to their places and its lines to the log.</summary>
    /// <param name="key">What the result is stored under; null when that is not known yet.</param>
    /// <param name="execution">Logs the lines.</param>
    /// <param name="onFound">Called before the lines are logged.</param>
    /// <returns>The outputs; null when the step has to run.</returns>
    public IReadOnlyList<InputEntry>? Restore(ResultKey? key, StepExecution execution, Action onFound)
    {
        if (key is null || !IsUsed)
        {
            return null;
        }

        var outcome = setting.Cache!.Restore(key, files.Places, cancellation);
        if (outcome.Result is not { } result)
        {
            LogProblem(outcome.Problem);
            return null;
        }

        log.Messages.LogMessage(MessageImportance.High, $"{files.Step.Name}: from the {(outcome.IsShared ? "shared cache" : "cache")}");
        onFound();
        execution.Replay(RecordedOutput.Lines(result.StandardOutput.ToArray(), result.StandardError.ToArray()));
        return result.Entries;
    }

    /// <summary>Keeps what a run has made.</summary>
    /// <param name="key">What to store it under; null when that is not known.</param>
    /// <param name="folder">Full path of the project's folder, or of what stands in for it.</param>
    /// <param name="recorded">What the run printed.</param>
    public void Store(ResultKey? key, string folder, RecordedOutput recorded)
    {
        if (key is not null && IsUsed && recorded is { IsIncomplete: false, ExitCode: 0 })
        {
            if (log.Warnings?.FirstOrDefault(StepWarning.IsOurs) is { } warning)
            {
                // A result is restored with the step's lines, in which it is not.
                LogProblem($"{warning.Code} warns of its result");
                return;
            }

            var outputs = new StepOutputs(folder, new OutputSearch(files.Step.Outputs.In(folder)).FindPaths()) { StandardOutput = recorded.StandardOutput, StandardError = recorded.StandardError };
            LogProblem(setting.Cache!.Store(key, outputs, cancellation).Problem);
            setting.Cache.TrimIfDue(setting.CacheLimit);
        }
    }

    /// <summary>What the last run of the step with the same declared inputs read besides, in whatever project.</summary>
    /// <param name="key">What that is stored under; null when it is not known yet.</param>
    /// <returns>Paths from the project's folder; null when nothing is known.</returns>
    public IReadOnlyList<string>? FindDiscovered(ResultKey? key) =>
        key is not null && IsUsed && setting.Cache!.FindText(key, cancellation) is { } text
            ? [.. Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).Where(static path => !path.Contains('\0', StringComparison.Ordinal))]
            : null;

    /// <summary>Others need what a step read to find its result.</summary>
    /// <param name="key">What that is stored under; null when it is not known.</param>
    public void ShareDiscovered(ResultKey? key)
    {
        if (key is not null && IsUsed)
        {
            setting.Cache!.Share(key);
        }
    }

    /// <summary>Keeps what a run read besides its declared inputs. It says only which files to look at: no result is found without what is in them.</summary>
    /// <param name="key">What to store it under; null when that is not known.</param>
    /// <param name="paths">Paths from the project's folder.</param>
    public void StoreDiscovered(ResultKey? key, IReadOnlyList<string> paths)
    {
        if (key is not null && IsUsed && log.Warnings?.Any(StepWarning.IsOurs) != true)
        {
            var text = string.Concat(paths.Select(path => $"{Uri.EscapeDataString(path)}\n"));
            LogProblem(setting.Cache!.Store(key, new(setting.ProjectDirectory, []) { StandardOutput = Encoding.UTF8.GetBytes(text) }, cancellation).Problem);
        }
    }

    /// <summary>Says why a result is not kept, or could not be had.</summary>
    public void LogProblem(string? problem)
    {
        if (problem is not null)
        {
            log.Messages.LogMessage(MessageImportance.Normal, $"Step '{files.Step.Name}': the cache cannot be used: {problem}");
        }
    }
}
