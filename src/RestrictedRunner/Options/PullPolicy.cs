namespace RestrictedRunner;

/// <summary>When an image is pulled. The words are those of <c>docker run --pull</c>.</summary>
public enum PullPolicy
{
    /// <summary>Only when the engine does not have it.</summary>
    Missing,

    /// <summary>Before every run.</summary>
    Always,

    /// <summary>Not at all: an absent image is an error.</summary>
    Never,
}
