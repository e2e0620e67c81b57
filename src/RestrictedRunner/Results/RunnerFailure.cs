namespace RestrictedRunner;

/// <summary>Why a command could not be run to its end.</summary>
public enum RunnerFailure
{
    /// <summary>The options are wrong; see <see cref="RunnerException.Problems"/>.</summary>
    OptionsInvalid,

    /// <summary>The engine's client is not installed or not on <c>PATH</c>.</summary>
    ClientNotFound,

    /// <summary>The client is there; the engine behind it does not answer.</summary>
    DaemonNotRunning,

    /// <summary>The engine is there; this user may not talk to it.</summary>
    PermissionDenied,

    /// <summary>The engine does not have the image, and it may not be pulled.</summary>
    ImageAbsent,

    /// <summary>The registry does not have the image.</summary>
    ImageNotFound,

    /// <summary>The registry wants credentials, or refuses those it was given.</summary>
    PullUnauthorized,

    /// <summary>The registry does not answer, or broke off.</summary>
    RegistryUnreachable,

    /// <summary>The pull failed for another reason.</summary>
    PullFailed,

    /// <summary>The engine ended while the command ran; how the command ended is not known.</summary>
    EngineLost,

    /// <summary>The disk of the engine, or of the temporary folder, is full.</summary>
    DiskFull,

    /// <summary>The image is for machines of another kind.</summary>
    WrongPlatform,

    /// <summary>The engine has no init program; see <see cref="StepOptions.Init"/>. Only an interactive run ends so.</summary>
    InitMissing,

    /// <summary>The image does not have the user or the group.</summary>
    UserUnknown,

    /// <summary>The image has no such program.</summary>
    CommandNotFound,

    /// <summary>The program is there and cannot be executed.</summary>
    CommandNotExecutable,

    /// <summary>The engine refused to create or start the container for another reason.</summary>
    CouldNotStart,

    /// <summary>A signal ended the engine's client while the command ran; how the command ended is not known.</summary>
    Interrupted,

    /// <summary>The run was ended, and the engine did not remove its container.</summary>
    NotRemoved,

    /// <summary>A file or folder that is to be mounted is on this machine, and the engine does not see it.</summary>
    MountUnseen,

    /// <summary>The engine runs Windows containers, and the step needs a Linux one.</summary>
    WindowsContainers,

    /// <summary>The client has no context of the name that was given; see <see cref="StepOptions.Context"/>.</summary>
    ContextNotFound,

    /// <summary>The engine does not see this machine's files, and something of the step cannot be copied to it.</summary>
    NotCopyable,

    /// <summary>Files could not be copied to the engine or from it.</summary>
    TransferFailed,
}
