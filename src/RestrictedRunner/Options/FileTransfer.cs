namespace RestrictedRunner;

/// <summary>How files of this machine get into a container, and what it writes out of it.</summary>
public enum FileTransfer
{
    /// <summary>They are mounted; copied where the engine is seen to have other files than this machine.</summary>
    Auto,

    /// <summary>They are mounted: an engine that does not see them is an error.</summary>
    Mount,

    /// <summary>They are copied.</summary>
    Copy,
}
