using System.Diagnostics.CodeAnalysis;

namespace RestrictedRunner.Workers;

/// <summary>A shared container cannot run a step, or was lost while it ran one. The step can run in a container of its own.</summary>
/// <param name="message">Why, as the end of a sentence.</param>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nobody outside hears of it: the step is run in another way.")]
internal sealed class WorkerLostException(string message) : Exception(message);
