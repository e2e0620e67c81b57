using RestrictedRunner.Build.Cache;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;

namespace RestrictedRunner.Build.Building;

/// <summary>What a look at a step shows, before it is decided what to do: its inputs, its key, and whether what it wrote for that key is still there.</summary>
internal sealed class StepLook
{
    private readonly StepBuildSetting _setting;
    private readonly DockerfileImages _dockerfiles;
    private readonly CancellationToken _cancellation;

    /// <summary>Looks at a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="options">Its options, which are valid, with the mounts that the user gave.</param>
    /// <param name="earlier">What is remembered of it.</param>
    /// <param name="setting">Of all steps.</param>
    /// <param name="dockerfiles">The images that are built.</param>
    /// <param name="cancellation">Ends the look.</param>
    public StepLook(DeclaredStep step, StepOptions options, StepState earlier, StepBuildSetting setting, DockerfileImages dockerfiles, CancellationToken cancellation)
    {
        (Step, Options, Earlier, _setting, _dockerfiles, _cancellation) = (step, options, earlier, setting, dockerfiles, cancellation);
        Paths = setting.State.Of(step);
        Inputs = InputsWithout(earlier.Written, step.Outputs.Depth, earlier.Discovered);
        Files = new(step, setting.ProjectDirectory, earlier.Written, Inputs);
        ResultKey = KeyOf(Inputs);
        Outputs = Key.Length > 0 && earlier.Key == Key ? OutputsOf(earlier.Written) : null;
        IsSame = Outputs is not null && earlier.OutputsHash == Outputs.Root.Hash && !Files.Outputs.Absent().Any();
    }

    public DeclaredStep Step { get; }

    public StepOptions Options { get; }

    /// <summary>What is remembered of the step.</summary>
    public StepState Earlier { get; }

    /// <summary>Where that is.</summary>
    public StatePaths Paths { get; }

    /// <summary>The files that it reads.</summary>
    public FileSnapshot Inputs { get; }

    /// <summary>The files of the project that it makes.</summary>
    public StepFiles Files { get; }

    /// <summary>Its key; empty for an image that the engine does not have yet.</summary>
    public string Key => ResultKey?.Hash ?? "";

    /// <summary>What its result is kept under; null for an image that the engine does not have yet.</summary>
    public ResultKey? ResultKey { get; }

    /// <summary>True for a step whose image has to be built before its key is known.</summary>
    public bool WaitsForImage => Key.Length == 0 && _dockerfiles.Has(Options);

    /// <summary>What it wrote, as it is now; null when that was for another key.</summary>
    public FileSnapshot? Outputs { get; }

    /// <summary>True when the key is that of the last run, and so is what that wrote.</summary>
    public bool IsSame { get; }

    /// <summary>What the step is; null for an image that the engine does not have yet. It may have it later.</summary>
    /// <param name="inputs">What it reads.</param>
    public StepAction? Action(FileSnapshot inputs) =>
        _dockerfiles.Identity(Options, _setting) is { } image ? Action(inputs, image) : null;

    /// <summary>What the step's result with some inputs is kept under; null for an image that the engine does not have yet.</summary>
    /// <param name="inputs">What it reads.</param>
    /// <param name="salt">Tells another key of the same step from its own; empty for that.</param>
    public ResultKey? KeyOf(FileSnapshot inputs, string salt = "")
    {
        if (_dockerfiles.Identity(Options, _setting) is not { } image)
        {
            return null;
        }

        var key = Of(image);
        return new(key.Digest.Hash, (_setting.Shares ? _dockerfiles.SharedIdentity(Options, _setting) : null) switch
        {
            null => null,
            var shared when shared == image => key,
            var shared => Of(shared),
        });

        ActionKey Of(string identity)
        {
            var action = Action(inputs, identity);
            return ActionKey.Of(salt.Length == 0 ? action : action with { Salt = action.Salt + salt }, inputs.Root);
        }
    }

    /// <summary>The inputs as they are now.</summary>
    /// <param name="written">What the step wrote, which is no input.</param>
    /// <param name="depth">How many folders above the project's they begin at least.</param>
    /// <param name="discovered">What the step has read without declaring it.</param>
    public FileSnapshot InputsWithout(WrittenFiles written, int depth, IReadOnlyList<string> discovered) =>
        FileSnapshot.Find(Step.Inputs.With(discovered), Paths.Inputs, _cancellation, depth, StepExclusions.Of(Step, _setting, written), Remembers);

    /// <summary>Files that the step wrote, as they are now.</summary>
    public FileSnapshot OutputsOf(WrittenFiles written) =>
        FileSnapshot.OfOutputs(
            _setting.Host.Paths,
            [.. written.Files.Select(file => OutputPath.Absolute(_setting.ProjectDirectory, file))],
            _setting.ProjectDirectory,
            Paths.Outputs,
            _cancellation,
            Remembers);

    private StepAction Action(FileSnapshot inputs, string image) => StepActions.Of(Step, Options, image, inputs.ProjectInTree, _setting.Host, _setting.ProjectDirectory);

    private bool Remembers => !_setting.OnlyExplain;
}
