namespace RestrictedRunner.Engine;

/// <summary>How long a step may take.</summary>
/// <param name="Timeout">Longest time that the command may run.</param>
/// <param name="StopTimeout">Time between SIGTERM and SIGKILL when it is stopped.</param>
/// <param name="StopAtOnce">Ends that time.</param>
internal sealed record TimeLimits(TimeSpan Timeout, TimeSpan StopTimeout, CancellationToken StopAtOnce)
{
    /// <summary>The limits of a step.</summary>
    public static TimeLimits Of(StepOptions options) => new(options.Timeout, options.StopTimeout, options.StopAtOnce);
}
