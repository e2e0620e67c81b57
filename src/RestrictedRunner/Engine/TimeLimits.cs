namespace RestrictedRunner;

/// <summary>How long a step may take.</summary>
/// <param name="Timeout">Longest time that the command may run.</param>
/// <param name="StopTimeout">Time between SIGTERM and SIGKILL when it is stopped.</param>
internal sealed record TimeLimits(TimeSpan Timeout, TimeSpan StopTimeout)
{
    /// <summary>The limits of a step.</summary>
    public static TimeLimits Of(StepOptions options) => new(options.Timeout, options.StopTimeout);
}
