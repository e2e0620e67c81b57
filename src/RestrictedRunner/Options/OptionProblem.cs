namespace RestrictedRunner;

/// <summary>One thing wrong with a <see cref="StepOptions"/>, found before any container starts.</summary>
/// <param name="Kind">What sort of fault it is.</param>
/// <param name="Parameter">Name of the option at fault.</param>
/// <param name="Value">The offending value, as given.</param>
/// <param name="Reason">What is wrong and what is expected instead, as a sentence part.</param>
public sealed record OptionProblem(OptionProblemKind Kind, string Parameter, string Value, string Reason);

/// <summary>Sorts of <see cref="OptionProblem"/>.</summary>
public enum OptionProblemKind
{
    /// <summary>No image was given.</summary>
    ImageMissing,

    /// <summary>The image is no valid reference.</summary>
    ImageInvalid,

    /// <summary>The value does not have the form that the option takes.</summary>
    ValueInvalid,

    /// <summary>Neither a command nor arguments were given.</summary>
    CommandMissing,

    /// <summary>Two options exclude each other.</summary>
    Conflict,

    /// <summary>A mount does not have the form <c>host:container[:ro]</c>.</summary>
    MountInvalid,

    /// <summary>The host path of a mount does not exist.</summary>
    MountSourceMissing,

    /// <summary>The free-form options cannot be split into options.</summary>
    RunOptsInvalid,

    /// <summary>A free-form option would break what the runner promises.</summary>
    RunOptsForbidden,

    /// <summary>An environment variable cannot be handed over.</summary>
    EnvironmentInvalid,

    /// <summary>A text holds what no command line can carry: a NUL, or half a surrogate pair.</summary>
    TextInvalid,

    /// <summary>The file for standard input, or the one with certificates, does not exist or cannot be read.</summary>
    InputMissing,

    /// <summary>A regular expression that is to find errors in the output cannot be used.</summary>
    FormatInvalid,

    /// <summary>A folder of the host that is to be the working directory does not exist, or no mount reaches it.</summary>
    WorkingDirectoryUnreachable,

    /// <summary>A secret is declared in a way that no value mends.</summary>
    SecretInvalid,

    /// <summary>A secret has no value.</summary>
    SecretMissing,

    /// <summary>A secret has a value that cannot be read, or not be kept secret.</summary>
    SecretUnusable,
}
