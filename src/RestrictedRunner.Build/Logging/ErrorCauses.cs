namespace RestrictedRunner.Build.Logging;

/// <summary>What made errors of a step's lines of output.</summary>
[Flags]
internal enum ErrorCauses
{
    None = 0,

    /// <summary>The line has the format of an error.</summary>
    Format = 1,

    /// <summary><c>ErrorFormats</c> has its format.</summary>
    ErrorFormats = 2,

    /// <summary>It matches <c>CustomErrorRegularExpression</c>.</summary>
    CustomErrorRegularExpression = 4,

    /// <summary>It is of standard error, and <c>LogStandardErrorAsError</c> is set.</summary>
    LogStandardErrorAsError = 8,
}
