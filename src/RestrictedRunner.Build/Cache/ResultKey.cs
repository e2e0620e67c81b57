using RestrictedRunner.Build.Keys;

namespace RestrictedRunner.Build.Cache;

/// <summary>What the result of a step is kept under.</summary>
/// <param name="Hash">The step's key: the hash of its <see cref="ActionKey"/>.</param>
/// <param name="Shared">
/// The action that a shared cache has the result under; null for a result that is not shared. It is the same action, except that
/// an image which is built from a Dockerfile counts by what it is built from: of that every machine builds another.
/// </param>
internal sealed record ResultKey(string Hash, ActionKey? Shared);
