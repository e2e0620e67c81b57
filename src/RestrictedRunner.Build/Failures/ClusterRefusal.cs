namespace RestrictedRunner.Build.Failures;

/// <summary>What a cluster that works could not do for a step.</summary>
internal enum ClusterRefusal
{
    /// <summary>It answers that it cannot run the action.</summary>
    NotRun,

    /// <summary>An input is not any more what the step's key says, so the cluster cannot get it.</summary>
    InputChanged,

    /// <summary>It does not take or give a blob of the step.</summary>
    BlobRefused,

    /// <summary>It has no room for a blob, or takes none of that size.</summary>
    Full,

    /// <summary>What the step wrote is gone each time before it can be brought.</summary>
    OutputsGone,

    /// <summary>What it says that the step wrote is nothing that a step can write.</summary>
    ResultInvalid,
}
