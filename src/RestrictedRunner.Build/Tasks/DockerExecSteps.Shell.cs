using Microsoft.Build.Framework;
using RestrictedRunner.Build.Building;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Shells;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build;

/// <content>A shell where a step runs.</content>
public sealed partial class DockerExecSteps
{
    /// <summary>True builds nothing, and opens a shell where the step <see cref="ShellOf"/> runs.</summary>
    public bool OpensShell { get; set; }

    /// <summary>Name of the step whose shell is opened; empty for the only one of the project.</summary>
    public string ShellOf { get; set; } = "";

    /// <summary>True keeps what a hermetic step saw and wrote when it fails, until its next run or <c>Clean</c>.</summary>
    public bool KeepStages { get; set; }

    private string ShellCommandOf(string step, Host host)
    {
        var properties = (BuildEngine as IBuildEngine6)?.GetGlobalProperties() ?? new Dictionary<string, string>();
        return ShellCommand.Of(step, ProjectFiles[0].GetMetadata("FullPath"), BuiltProject.Property(BuildEngine, "MSBuildStartupDirectory"), properties, host);
    }

    private async Task<bool> OpenShellAsync(List<DeclaredStep> steps, StepBuildSetting setting, DockerfileImages dockerfiles, StepLogs logs, Diagnostics diagnostics)
    {
        var step = ShellOf.Length == 0 && steps.Count == 1 ? steps[0] : steps.Find(step => step.Name.Equals(ShellOf, StringComparison.OrdinalIgnoreCase));
        if (step is null)
        {
            diagnostics.NoSuchStep(ShellOf, [.. steps.Select(step => step.Name)]);
            return false;
        }

        using var log = logs.Open(step);
        var parameters = StepPlace.InProject(step, setting.ProjectDirectory).Parameters(step, setting.Mounts);
        if (!StepRules.Check(step, parameters, setting.ProjectDirectory, log.Diagnostics))
        {
            return false;
        }

        var (paths, options) = (setting.State.Of(step), parameters.Options);
        var shell = new StepShell(setting, step, log);
        using (await FileLock.OpenAsync(paths.Lock, _cancellation.Token).ConfigureAwait(false))
        {
            var inputs = FileSnapshot.Find(step.Inputs, paths.Inputs, _cancellation.Token, step.Outputs.Depth, StepExclusions.Of(step, setting, StateFile.Load(paths.State).Written));
            shell.Prepare(inputs, _cancellation.Token);
        }

        // A build may run the step again meanwhile.
        var images = setting.Images[options.EngineChoice];
        return dockerfiles.Has(options)
            ? dockerfiles.Ensure(options, images, log.Messages, BuildImages.Of(BuildEngine), _cancellation.Token) is not null && shell.Open(dockerfiles.Name(options, images)!, _cancellation.Token)
            : shell.Open(images.Id(options.Image) ?? "", _cancellation.Token);
    }
}
