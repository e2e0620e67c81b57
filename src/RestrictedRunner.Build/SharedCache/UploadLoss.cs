namespace RestrictedRunner.Build.SharedCache;

/// <summary>What a build does without, after something could not be stored on a server.</summary>
internal enum UploadLoss
{
    /// <summary>One result is not stored there; others may be.</summary>
    Result,

    /// <summary>Nothing more is stored there.</summary>
    Storing,

    /// <summary>The server is not asked any more either.</summary>
    Server,
}
