using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Reports;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>What a report tells of the steps of a project.</summary>
/// <param name="graph">The steps and their order.</param>
/// <param name="records">What was written down of each.</param>
/// <param name="setting">Of all steps.</param>
/// <param name="project">Full path of the project's file.</param>
/// <param name="framework">The framework of an inner build of several; otherwise empty.</param>
internal sealed class ProjectReport(StepGraph graph, IReadOnlyDictionary<string, StepRecord> records, StepBuildSetting setting, string project, string framework)
{
    /// <summary>The steps, when all have ended.</summary>
    public IReadOnlyList<ReportedStep> Of(IReadOnlyList<StepResult> results) => [.. results.Select(Of)];

    private ReportedStep Of(StepResult result)
    {
        var (step, record) = (result.Step, records[result.Step.Name]);
        return record.Step with
        {
            Project = project,
            Framework = framework,
            Name = step.Name,
            Description = step.Description,
            State = result.End switch
            {
                StepEnd.Failed => ReportedState.Failed,
                StepEnd.NotRun => ReportedState.NotRun,
                _ => record.Step.State,
            },
            Image = step.Parameters.Options.ImageName,
            ImageIdentity = (setting.ResolveImages ? setting.Images[step.Parameters.Options.EngineChoice].Find(step.Parameters.Options.Image) : null) ?? "",
            Outputs = result.End == StepEnd.Succeeded ? Outputs(step) : FileSum.None,
            Phases = result.End == StepEnd.NotRun ? [] : [.. record.Phases.SelectMany(phase => WithoutSteps(phase, step))],
        };
    }

    // A slot is waited for from when the last of the steps before it has ended.
    private IEnumerable<PhaseTime> WithoutSteps(PhaseTime time, DeclaredStep step)
    {
        var ready = graph.Before[step.Name].Select(before => records[before].Phases is [.., var last] ? last.End : 0).DefaultIfEmpty(0).Max();
        return time.Phase != StepPhase.WaitingForSlot || ready <= time.Start ? [time]
            : ready >= time.End ? [time with { Phase = StepPhase.WaitingForSteps }]
            : [new(StepPhase.WaitingForSteps, time.Start, ready), time with { Start = ready }];
    }

    private FileSum Outputs(DeclaredStep step)
    {
        FileStamp[] outputs = [.. StateFile.Load(setting.State.Of(step).State).Written.Files.Select(file => FileStamp.Of(OutputPath.Absolute(setting.ProjectDirectory, file))).OfType<FileStamp>()];
        return new(outputs.Length, outputs.Sum(static output => output.Size));
    }
}

/// <summary>Writes down what a look at a step shows.</summary>
internal static class RecordedLook
{
    /// <summary>Of a step that is up to date there is nothing else to tell.</summary>
    public static void Saw(this StepRecord record, StepLook look) =>
        record.Add(known => known with { State = ReportedState.UpToDate, Key = look.Key, Inputs = Sum(look.Inputs.Found) });

    private static FileSum Sum(InputFiles files) => new(files.Files.Count + files.Links.Count, files.Files.Sum(static file => file.Stamp.Size));
}
