namespace RestrictedRunner.Hosts;

/// <summary>The operating system of the machine that builds.</summary>
internal enum HostKind
{
    /// <summary>Linux, and every other system that is neither of the two.</summary>
    Linux,

    /// <summary>macOS.</summary>
    MacOS,

    /// <summary>Windows.</summary>
    Windows,
}
