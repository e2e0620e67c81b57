using RestrictedRunner.Commands;
using RestrictedRunner.Engine;
using RestrictedRunner.Hosts;
using RestrictedRunner.Masking;
using RestrictedRunner.Options;

namespace RestrictedRunner.Planning;

/// <summary>A step whose options are known to be valid, with all that can be decided before its container has a name.</summary>
internal sealed record PlannedStep(StepOptions Options, EngineProcess Engine, CommandPlan Plan, ContainerEnvironment Environment, CurrentUser? CurrentUser)
{
    /// <summary>How its secrets get into the container; null when it has none.</summary>
    public SecretTransfer? Secrets { get; init; }

    /// <summary>Masks its secrets; null when it has none.</summary>
    public SecretMask? Mask { get; init; }

    /// <summary>Checks the options, finds the client, and plans the command.</summary>
    /// <exception cref="RunnerException">With all problems of the options, or when there is no client.</exception>
    public static async Task<PlannedStep> ForAsync(StepOptions options, Host host, CancellationToken cancellation)
    {
        var secrets = SecretValues.Read(options.Secrets, host);
        var problems = StepOptionRules.Check(options, host, secrets);
        if (problems.Count > 0)
        {
            throw new RunnerException(problems);
        }

        var engine = EngineProcess.For(options, host);
        var currentUser = options.User == CurrentUser.Option ? await CurrentUser.OfAsync(engine, options.Context, cancellation).ConfigureAwait(false) : null;
        options = NetworkEnvironment.AddTo(options);
        var plan = CommandPlan.For(options);
        return new(options, engine, plan, ContainerEnvironment.For(options, host), currentUser)
        {
            Secrets = SecretTransfer.Of(secrets.Values, plan, options.User, currentUser is not null, host),
            Mask = secrets.Mask,
        };
    }

    /// <summary>Writes the files that a run of the step needs.</summary>
    /// <param name="folder">Path of a folder that does not exist yet.</param>
    /// <param name="readsOutput">True when the command's output is read here, and not by the caller.</param>
    public RunFiles WriteFiles(string folder, bool readsOutput)
    {
        MountPoints.Create(Secrets is { Script: not null } ? Options with { Tmpfs = [.. Options.Tmpfs, Secrets.Tmpfs] } : Options);
        return new(Engine.Host, folder, Plan.Script, Environment.FileText, Plan.HasPrepare, hasPipes: readsOutput && Plan.CanConnectOutput, Secrets);
    }

    /// <summary>The client's arguments for one run.</summary>
    public IReadOnlyList<string> Arguments(Container container, RunFiles files, bool interactive) => Arguments(Options, container, files, interactive);

    /// <summary>
    /// The client's path and arguments, without the environment values that the user wrote into free-form options, and
    /// without the file for the container's id, which nobody else needs who runs the same.
    /// </summary>
    public IReadOnlyList<string> ShownCommandLine(Container container, RunFiles files, bool interactive) =>
        Engine.CommandLine(Arguments(Options with { DockerRunOpts = RunOpts.Masked(Options.DockerRunOpts) }, container with { IdFile = "" }, files, interactive));

    /// <summary>The program that the container runs, as far as the step says so: an image may have an entry point of its own.</summary>
    public string Program => Options.Entrypoint is "" or "none" ? Plan.Words[0] : Options.Entrypoint;

    /// <summary>The file for standard input, or null.</summary>
    /// <exception cref="RunnerException">The file cannot be read.</exception>
    public FileStream? OpenStandardInput()
    {
        try
        {
            return Options.StandardInput.Length == 0 ? null : File.OpenRead(Options.StandardInput);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunnerException([new OptionProblem(OptionProblemKind.InputMissing, nameof(Options.StandardInput), Options.StandardInput, $"the file cannot be read: {e.Message}")]);
        }
    }

    private IReadOnlyList<string> Arguments(StepOptions options, Container container, RunFiles files, bool interactive) =>
        RunArguments.For(
            options,
            Plan,
            Environment,
            new RunSetting(container, files, CurrentUser, interactive) { SecretsFolder = Secrets?.Tmpfs ?? "" });
}
