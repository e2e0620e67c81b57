using System.Diagnostics.CodeAnalysis;
using Microsoft.Build.Framework;
using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Execution;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.Engine;
using RestrictedRunner.Options;
using RestrictedRunner.Planning;

namespace RestrictedRunner.Build.Shells;

/// <summary>Opens a shell in a container like that of a step.</summary>
/// <param name="setting">The project.</param>
/// <param name="step">The step.</param>
/// <param name="log">Where the step logs to.</param>
internal sealed class StepShell(StepBuildSetting setting, DeclaredStep step, StepLogs.Log log)
{
    private readonly StatePaths _paths = setting.State.Of(step);

    private StepPlace _place = StepPlace.InProjectWithOutputs(step, setting.ProjectDirectory);

    /// <summary>Brings the files to where the container sees them.</summary>
    /// <param name="inputs">The files that the step reads.</param>
    /// <param name="cancellation">Ends the copying.</param>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Prepare(FileSnapshot inputs, CancellationToken cancellation)
    {
        Stage.Remove(_paths.Shell);
        if (step.Hermetic)
        {
            _place = StepPlace.InStage(Staged(inputs, cancellation), inputs, step, setting.ProjectDirectory);
        }

        Directory.CreateDirectory(_paths.Shell.FullPath);
        foreach (var folder in step.Outputs.In(_place.ProjectDirectory).Folders)
        {
            new CallersFiles(_place.ProjectDirectory).CreateFolder(folder);
        }
    }

    /// <summary>Opens it at the terminal, or tells how to where there is none.</summary>
    /// <param name="imageId">Id of the step's image; empty to run what its name means now.</param>
    /// <param name="cancellation">Ends what comes before the shell.</param>
    /// <returns>False when an error was logged.</returns>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "It is disposed of.")]
    public bool Open(string imageId, CancellationToken cancellation)
    {
        // Who looks around needs no secrets, and the files of a shell stay.
        var options = _place.Parameters(step, setting.Mounts).Options with { ImageId = imageId, Secrets = [], Transfer = FileTransfer.Mount };
        try
        {
            using var caches = TakeCachesAsync(options, cancellation).GetAwaiter().GetResult();
            options = options with { Mounts = [.. options.Mounts, .. caches?.Mounts ?? []] };
            var shell = TerminalShell.PrepareAsync(options, Path.Combine(_paths.Shell.FullPath, "run"), setting.Host, cancellation).GetAwaiter().GetResult();
            return Try(shell, options, cancellation) && Run(shell, options);
        }
        catch (CacheMountsException e)
        {
            log.Diagnostics.CacheMountsUnusable(e);
            return false;
        }
        catch (RunnerException e) when (e.Failure == RunnerFailure.MountUnseen && UnseenSource.IsAbsent(e.Message))
        {
            log.Diagnostics.NoShellThere(step.Name);
            return false;
        }
        catch (RunnerException e)
        {
            log.Diagnostics.NotRun(e, options, KeptOutput.None);
            return false;
        }
    }

    // So that no build removes them while the shell is open.
    private async Task<CacheMountLease?> TakeCachesAsync(StepOptions options, CancellationToken cancellation) =>
        StepContainer.CacheMounts(setting, step, log.Messages) is { } mounts ? await mounts.TakeAsync(options, cancellation).ConfigureAwait(false) : null;

    // The stage of the run that failed where that was kept, with what the step wrote; else a new one of today's inputs.
    private StageFolder Staged(FileSnapshot inputs, CancellationToken cancellation)
    {
        if (Directory.Exists(_paths.Kept.Tree))
        {
            return _paths.Kept;
        }

        using var stage = new Stage(_paths.Stage, inputs, isMounted: false);
        stage.CopyInputs(cancellation);
        stage.KeepIn(_paths.Shell);
        return _paths.Shell;
    }

    private bool Try(TerminalShell shell, StepOptions options, CancellationToken cancellation)
    {
        try
        {
            shell.TryAsync(BuildImages.Of(log.Engine).Pulls, new RunObserver { PullProgress = line => log.Messages.LogMessage(MessageImportance.High, line) }, cancellation).GetAwaiter().GetResult();
            return true;
        }
        catch (RunnerException e) when (e.Failure is RunnerFailure.CommandNotFound or RunnerFailure.CommandNotExecutable)
        {
            log.Diagnostics.NoShell(options, shell.Program, ShellWords.Join(shell.CommandLineFor("IMAGE")));
            return false;
        }
    }

    private bool Run(TerminalShell shell, StepOptions options)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            log.Diagnostics.NoTerminal(ShellWords.Join(shell.CommandLine));
            return !log.HasErrors;
        }

        RunAtTerminal(shell, Welcome(shell, options));
        return true;
    }

    // While it is locked nobody else writes to the terminal: the terminal logger draws thirty times a second.
    [SuppressMessage("Usage", "CA2002:Do not lock on objects with weak identity", Justification = "It is the lock that System.Console itself takes for each write.")]
    private static void RunAtTerminal(TerminalShell shell, string welcome)
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine(welcome);
            shell.Run();
        }
    }

    private string Welcome(TerminalShell shell, StepOptions options)
    {
        var command = shell.HasScript ? $"its script is {RunArguments.ScriptMountPoint}" : $"its command is: {ShellWords.Join(CommandOf(options))}";
        string[] lines =
        [
            "",
            $"The container of step '{step.Name}'; {command}",
            .. shell.LeftOut.Count == 0 ? Array.Empty<string>() : [$"Without the variables whose values have several lines: {string.Join(", ", shell.LeftOut)}."],
            .. step.Parameters.Options.Secrets.Count == 0 ? Array.Empty<string>() : [$"Without its secrets: {string.Join(", ", step.Parameters.Options.Secrets.Select(secret => secret.Name))}."],
        ];
        return string.Join(Environment.NewLine, lines);
    }

    private static IReadOnlyList<string> CommandOf(StepOptions options) => Commands.CommandPlan.For(options).Words;
}
