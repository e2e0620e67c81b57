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

    /// <summary>True when files get into the container by copies.</summary>
    public bool Copies { get; private init; }

    /// <summary>True when the container reads a standard input of ours.</summary>
    public bool ReadsInput => Options.StandardInput.Length > 0 || (Copies && Secrets is not null);

    /// <summary>Checks the options, finds the client, and plans the command.</summary>
    /// <param name="options">What is to run.</param>
    /// <param name="host">The machine.</param>
    /// <param name="cancellation">Ends the questions to the engine.</param>
    /// <param name="copies">True for files that are copied.</param>
    /// <exception cref="RunnerException">With all problems of the options, or when there is no client.</exception>
    public static async Task<PlannedStep> ForAsync(StepOptions options, Host host, CancellationToken cancellation, bool copies = false)
    {
        var secrets = SecretValues.Read(options.Secrets, host);
        var problems = StepOptionRules.Check(options, host, secrets);
        if (problems.Count > 0)
        {
            throw new RunnerException(problems);
        }

        var engine = EngineProcess.For(options, host);
        var currentUser = options.User == CurrentUser.Option ? await CurrentUser.OfAsync(engine, options.Context, cancellation).ConfigureAwait(false) : null;
        var places = copies ? OwnPlaces.Copied : OwnPlaces.Mounted;
        options = NetworkEnvironment.AddTo(options, places);
        var plan = CommandPlan.For(options, places);
        return new(options, engine, plan, ContainerEnvironment.For(options, host), currentUser)
        {
            Secrets = SecretTransfer.Of(secrets.Values, plan, options.User, currentUser is not null, options.StandardInput.Length > 0, host),
            Mask = secrets.Mask,
            Copies = copies,
        };
    }

    /// <summary>True when the engine has refused to mount something that can be copied in its place.</summary>
    /// <param name="report">What it said.</param>
    public bool MayBeCopied(string report) =>
        Options.Transfer == FileTransfer.Auto && UnseenSource.IsAbsent(report)
        && UnseenSource.Find(report, path => Options.Mounts.Any(mount => mount.HostPath == path) || path.Contains(RunFiles.FolderPrefix + Engine.Host.Owner.Text, StringComparison.Ordinal)) is not null;

    /// <summary>Writes the files that a run of the step needs.</summary>
    /// <param name="folder">Path of a folder that does not exist yet.</param>
    /// <param name="readsOutput">True when the command's output is read here, and not by the caller.</param>
    public RunFiles WriteFiles(string folder, bool readsOutput)
    {
        MountPoints.Create(Secrets is { Script: not null } ? Options with { Tmpfs = [.. Options.Tmpfs, Secrets.Tmpfs] } : Options);
        return new(Engine.Host, folder, Plan.Script, Environment.FileText, Plan.HasPrepare, hasPipes: readsOutput && Plan.CanConnectOutput && !Copies, Copies ? null : Secrets);
    }

    /// <summary>The client's arguments for one run.</summary>
    public IReadOnlyList<string> Arguments(Container container, RunFiles files, bool interactive, CopiedFiles? copied = null) => Arguments(Options, container, files, interactive, copied);

    /// <summary>
    /// The client's path and arguments, without the environment values that the user wrote into free-form options, and
    /// without the file for the container's id, which nobody else needs who runs the same.
    /// </summary>
    public IReadOnlyList<string> ShownCommandLine(Container container, RunFiles files, bool interactive, CopiedFiles? copied = null) =>
        Engine.CommandLine(Arguments(Options with { DockerRunOpts = RunOpts.Masked(Options.DockerRunOpts) }, container with { IdFile = "" }, files, interactive, copied));

    /// <summary>The program that the container runs, as far as the step says so: an image may have an entry point of its own.</summary>
    public string Program => Options.Entrypoint is "" or "none" ? Plan.Words[0] : Options.Entrypoint;

    /// <summary>What the container is to read, or null: the secrets where they cannot come in files, and the file for standard input.</summary>
    /// <exception cref="RunnerException">The file cannot be read.</exception>
    public Stream? OpenStandardInput()
    {
        var file = OpenInputFile();
        return Copies && Secrets is not null ? new ChainedStream(new MemoryStream(Secrets.InputLines), file) : file;
    }

    private FileStream? OpenInputFile()
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

    private IReadOnlyList<string> Arguments(StepOptions options, Container container, RunFiles files, bool interactive, CopiedFiles? copied) =>
        RunArguments.For(
            options,
            Plan,
            Environment,
            new RunSetting(container, files, CurrentUser, interactive) { SecretsFolder = Secrets?.Tmpfs ?? "", Copied = copied, SecretsInput = Copies ? Secrets?.InputScript : null });
}
