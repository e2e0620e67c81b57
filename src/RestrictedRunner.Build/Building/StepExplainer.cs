using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>Tells what a build would do with each step. It runs nothing and writes nothing.</summary>
/// <param name="graph">The steps and their order.</param>
/// <param name="setting">Of all steps.</param>
/// <param name="dockerfiles">The images that are built.</param>
/// <param name="logs">Is told what is wrong with how a step is declared.</param>
/// <param name="cancellation">Ends the look at the steps.</param>
internal sealed class StepExplainer(StepGraph graph, StepBuildSetting setting, DockerfileImages dockerfiles, StepLogs logs, CancellationToken cancellation)
{
    private readonly Dictionary<string, StepAnswer> _answers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What a build would do, in the order of the graph. A step that is declared wrongly is not among them.</summary>
    public IReadOnlyList<StepAnswer> Explain() => [.. graph.Steps.Select(Explain).OfType<StepAnswer>()];

    private StepAnswer? Explain(DeclaredStep step)
    {
        cancellation.ThrowIfCancellationRequested();
        using var log = logs.Open(step);
        try
        {
            var parameters = StepPlace.InProject(step, setting.ProjectDirectory).Parameters(step, setting.Mounts);
            var all = parameters with { Problems = [.. step.Hermetic ? [] : setting.MountProblems, .. parameters.Problems] };

            // What the build makes for the step need not be there yet.
            if (!StepRules.Check(step, all, setting.ProjectDirectory, log.Diagnostics, forPull: true))
            {
                return null;
            }

            var look = new StepLook(step, parameters.Options, StateFile.Load(setting.State.Of(step).State), setting, dockerfiles, cancellation);
            return _answers[step.Name] = Answer(look, log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Diagnostics.StepFilesUnusable(step, e);
            return null;
        }
    }

    private StepAnswer Answer(StepLook look, StepLogs.Log log)
    {
        var step = look.Step;
        var first = graph.Before[step.Name].FirstOrDefault(name => !_answers.TryGetValue(name, out var before) || before.Would != StepDeed.Nothing);
        var absent = look.Inputs.Absent().Concat(step.AllowEmptyInputs ? [] : look.Inputs.Empty()).Select(input => input.Text).FirstOrDefault();
        if (look.IsSame && !look.Earlier.Warnings.Any(warning => warning.IsError(log.Engine)))
        {
            return first is null ? new(step, StepDeed.Nothing, []) : new(step, StepDeed.Run, []) { Unless = $"step {first}, which comes first, writes the same files again" };
        }

        var causes = RunCauses.Of(look, setting, cancellation);
        if (absent is not null)
        {
            var why = first is null ? $"its input {absent} is not there (the build fails, unless something in it writes that before)" : $"step {first}, which comes first, has yet to write its input {absent}";
            return new(step, StepDeed.Run, [why, .. causes]);
        }

        // It is not asked: that would take as long as to build.
        var isShared = setting.Shares && look.ResultKey is { Shared: not null } && step.Outputs.DeclaredTexts.Count > 0;
        return !IsInCache(look) ? new(step, StepDeed.Run, causes) { Unless = isShared ? "the shared cache, which is not asked, has its result" : "" }
            : new(step, StepDeed.Restore, causes) { Unless = first is null ? "" : $"step {first}, which comes first, writes other files than there are now" };
    }

    private bool IsInCache(StepLook look) => look.Key.Length > 0 && look.Step.Outputs.DeclaredTexts.Count > 0 && setting.Cache?.Has(look.Key, look.Files.Places) == true;
}

/// <summary>What a build would do with a step.</summary>
internal enum StepDeed
{
    /// <summary>Nothing: it is up to date.</summary>
    Nothing,

    /// <summary>Bring its outputs from the cache.</summary>
    Restore,

    /// <summary>Run its container.</summary>
    Run,
}

/// <summary>What a build would do with a step, and why.</summary>
/// <param name="Step">The step.</param>
/// <param name="Would">What.</param>
/// <param name="Causes">Why; none for a step that is up to date by what there is now.</param>
internal sealed record StepAnswer(DeclaredStep Step, StepDeed Would, IReadOnlyList<string> Causes)
{
    // What is shown of a step whose every file has changed.
    private const int MostCauses = 20;

    /// <summary>What would make the answer another one; empty for nothing.</summary>
    public string Unless { get; init; } = "";

    /// <summary>The answer for people.</summary>
    /// <param name="framework">The framework that the step is for; empty for all.</param>
    public string Text(string framework) => $"{Step.Name}{(framework.Length > 0 ? $" ({framework})" : "")}: {Deed}{Because}{(Unless.Length > 0 ? $"{(Causes.Count > 1 ? "\n  " : ", ")}unless {Unless}" : "")}";

    private string Deed => Would switch
    {
        StepDeed.Nothing => "up to date",
        StepDeed.Restore => "would be restored from the cache",
        _ => "would run",
    };

    private string Because => Causes.Count switch
    {
        0 => "",
        1 => $" because {Causes[0]}",
        _ => $" because\n{CauseText.Lines(Causes, MostCauses)}",
    };
}
