using System.Diagnostics.CodeAnalysis;
using RestrictedRunner.Commands;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;
using RestrictedRunner.Options;
using RestrictedRunner.Planning;
using RestrictedRunner.Transfer;

namespace RestrictedRunner;

/// <summary>
/// A shell in a container that has all that a step's own has: image, mounts, user, environment, limits and network, and its
/// script. A user starts it at a terminal, here or with a command to copy.
/// </summary>
internal sealed class TerminalShell
{
    private readonly StepOptions _options;
    private readonly PlannedStep _step;
    private readonly RunFiles _files;

    private TerminalShell(StepOptions options, PlannedStep step, RunFiles files, IReadOnlyList<string> leftOut) => (_options, _step, _files, LeftOut) = (options, step, files, leftOut);

    /// <summary>Variables of the step that the shell does not have: a file of variables holds no value of several lines.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>True when the step has a script, which is at <see cref="RunArguments.ScriptMountPoint"/>.</summary>
    public bool HasScript => _files.ScriptPath is not null;

    /// <summary>The words with which a user starts the shell, from any folder.</summary>
    public IReadOnlyList<string> CommandLine => CommandLineFor(_step.Options);

    /// <summary>Name of the shell in the image.</summary>
    public string Program => _step.Plan.Words[0];

    // By its name, as far as the user's own PATH has it.
    private string Client => _step.Options.Engine.Contains('/', StringComparison.Ordinal) ? _step.Engine.ClientPath : Path.GetFileName(_step.Engine.ClientPath);

    /// <summary>Writes the files that the shell needs. They stay.</summary>
    /// <param name="options">A step's options, which are valid.</param>
    /// <param name="folder">Full path of the folder for the files; an earlier one is replaced.</param>
    /// <param name="host">The machine.</param>
    /// <param name="cancellation">Ends the questions to the engine.</param>
    /// <exception cref="RunnerException">There is no client, or no room for the files.</exception>
    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The files stay.")]
    public static async Task<TerminalShell> PrepareAsync(StepOptions options, string folder, Host host, CancellationToken cancellation)
    {
        var step = await PlannedStep.ForAsync(options, host, cancellation).ConfigureAwait(false);
        var variables = step.Options.EnvironmentVariables.GroupBy(variable => variable.Name, (_, same) => same.Last()).ToList();
        MountPoints.Create(step.Options);
        RunFiles.RemoveFolder(folder);
        var files = new RunFiles(
            host,
            folder,
            step.Plan.Script,
            string.Concat(variables.Where(ContainerEnvironment.IsLine).Select(variable => $"{variable.Name}={variable.Value}\n")),
            step.Plan.HasPrepare,
            hasPipes: false);
        var plan = step.Plan with { Words = [ShellOf(options)], Script = null };
        var shell = step with { Plan = plan, Options = step.Options with { Entrypoint = "none", StandardInput = "" } };
        return new(options, shell, files, [.. variables.Where(variable => !ContainerEnvironment.IsLine(variable)).Select(variable => variable.Name)]);
    }

    /// <summary>The same for another image.</summary>
    public IReadOnlyList<string> CommandLineFor(string image) => CommandLineFor(_step.Options with { Image = image, ImageId = "" });

    private IReadOnlyList<string> CommandLineFor(StepOptions options) => [Client, .. _step.Engine.EngineWords, .. Arguments(options with { DockerRunOpts = RunOpts.Masked(options.DockerRunOpts) }, container: null)];

    /// <summary>Starts the shell once for nothing, without a terminal.</summary>
    /// <param name="pulls">The pulls of the build: the image is brought if need be.</param>
    /// <param name="observer">Sees the progress of a pull.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="RunnerException">Why there is no such shell.</exception>
    public Task TryAsync(ImagePulls pulls, RunObserver observer, CancellationToken cancellation)
    {
        var options = _options with { Command = "", PrepareCommand = "", Shell = "", StandardInput = "", Entrypoint = "none", Arguments = [.. _step.Plan.Words, "-c", ":"] };
        return DockerRunner.RunInBuildAsync(_step.Engine.Host, options with { Transfer = FileTransfer.Mount }, pulls, new Transfers(), observer, captureOutput: false, cancellation);
    }

    /// <summary>Runs the shell at the terminal of this process until its end.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="RunnerException">The client could not be started.</exception>
    public int Run()
    {
        using var reaper = new Reaper(_step.Engine);
        reaper.DoWithoutIdFile();

        // Whatever ends the client: the container goes with it.
        reaper.TakeOver();
        return _step.Engine.RunOnTerminal(Arguments(_step.Options, reaper.Container));
    }

    private IReadOnlyList<string> Arguments(StepOptions options, Container? container) =>
        RunArguments.For(options, _step.Plan, new(new Dictionary<string, string?>(), FileText: null), new(container, _files, _step.CurrentUser, Interactive: true) { HasTerminal = true });

    // The step's own, where it can be called without more words.
    private static string ShellOf(StepOptions options) =>
        ShellWords.Split(options.Shell)[0] is var shell && CommandPlan.IsPosixShell(shell) && Path.GetFileName(shell) != "busybox" ? shell : "sh";
}
