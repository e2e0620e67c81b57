using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>What has to be true of a step's files, whether it is up to date or not.</summary>
internal static class StepFileRules
{
    /// <summary>Tells what is wrong with the files of a step.</summary>
    /// <param name="look">The step.</param>
    /// <param name="projectDirectory">Full path of the project's folder.</param>
    /// <param name="log">Where the step logs to.</param>
    /// <returns>False when an error was logged.</returns>
    public static bool Check(StepLook look, string projectDirectory, StepLogs.Log log) =>
        AreThere(look.Step, look.Inputs, projectDirectory, log) && !HasFilesOfUsers(look.Step, look.Earlier.Written, log);

    /// <summary>
    /// Warns of files that a step found itself, that another step writes, and that the step does not wait for. In each build
    /// anew: the order is not in the key.
    /// </summary>
    public static void TellOfNoOrder(DeclaredStep step, IReadOnlyList<string> discovered, StepBuildSetting setting, StepLogs.Log log)
    {
        foreach (var other in discovered.Count == 0 || setting.Graph is not { } graph ? [] : graph.NotBefore(step))
        {
            var written = new Lazy<WrittenFiles>(() => StateFile.Load(setting.State.Of(other).State).Written);
            var read = discovered.Where(path => other.Outputs.Has(setting.Host.Paths.At(setting.ProjectDirectory, path)));

            // In a folder, or where a glob matches, a file may be the user's.
            if (read.FirstOrDefault(path => other.Outputs.Names(setting.Host.Paths.At(setting.ProjectDirectory, path)) || written.Value.IsOwn(OutputPath.Of(path))) is { } input)
            {
                log.Diagnostics.InputOfNoOrder(step, input, other.Name);
            }
        }
    }

    // In every build: a step that nothing is an input of would be up to date for good. The warning may be an error in this build.
    private static bool AreThere(DeclaredStep step, FileSnapshot inputs, string projectDirectory, StepLogs.Log log)
    {
        foreach (var input in inputs.Absent())
        {
            log.Diagnostics.InputAbsent(step, input.Text);
        }

        if (inputs.Found.RawNames is { Count: > 0 } names)
        {
            log.Diagnostics.InputNameNotUtf8(step, names);
        }

        foreach (var link in inputs.Found.Nowhere)
        {
            log.Diagnostics.InputLeadsNowhere(step, link.Path, link.Text);
        }

        foreach (var input in step.AllowEmptyInputs ? [] : inputs.Empty())
        {
            log.Diagnostics.InputEmpty(step, input.Text, NearInput.Of(input, projectDirectory));
        }

        return !log.HasErrors;
    }

    // What the step wrote before is its own, however the file is called.
    private static bool HasFilesOfUsers(DeclaredStep step, WrittenFiles earlier, StepLogs.Log log)
    {
        foreach (var found in OtherSpelling.Of(step.Outputs).Where(found => !earlier.Contents.ContainsKey(OutputPath.Of(step.Outputs.Host.Relative(step.Outputs.ProjectDirectory, found.Output.Glob.Start)))))
        {
            log.Diagnostics.OutputHasOtherCase(step, found.Output.Text, found.Name);
        }

        return log.HasErrors;
    }
}
