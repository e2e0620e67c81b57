using RestrictedRunner.Build.Outputs;

namespace RestrictedRunner.Build.Cache;

/// <summary>Where the results of steps are kept.</summary>
internal interface IResultCache
{
    /// <summary>True when the result of a step could be put in its places without asking another machine.</summary>
    bool Has(string key, OutputPlaces places);

    /// <summary>Puts the outputs of a step where it would leave them. What is there with the same content is not touched.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="places">Where; a result with other outputs is none of this step.</param>
    /// <param name="cancellation">Stops before the first file has changed.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    RestoreOutcome Restore(ResultKey key, OutputPlaces places, CancellationToken cancellation);

    /// <summary>Stores what a step has made, after it has succeeded.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="outputs">What it has made.</param>
    /// <param name="cancellation">Leaves nothing of the result.</param>
    /// <returns>What was stored; or why the next build has to run the step again, which is no error of this one.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    StoreOutcome Store(ResultKey key, StepOutputs outputs, CancellationToken cancellation);

    /// <summary>The text that was stored as the standard output of a result without outputs; null when there is none.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    byte[]? FindText(ResultKey key, CancellationToken cancellation);

    /// <summary>What is kept here of a step goes to others who lack it. What is found by <see cref="Restore"/> or <see cref="FindText"/> goes by itself.</summary>
    void Share(ResultKey key);

    /// <inheritdoc cref="Eviction.TrimIfDue"/>
    TrimReport? TrimIfDue(long limit);
}
