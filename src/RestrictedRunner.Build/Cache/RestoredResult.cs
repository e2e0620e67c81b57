using RestrictedRunner.Build.Keys;

namespace RestrictedRunner.Build.Cache;

/// <summary>A result whose outputs are where the step would have left them.</summary>
/// <param name="Written">Files and symbolic links that were not there before, or not the same; relative, as the outputs are.</param>
/// <param name="Entries">All that is there now, with paths like those.</param>
/// <param name="StandardOutput">What the step wrote to its standard output.</param>
/// <param name="StandardError">What the step wrote to its standard error.</param>
internal sealed record RestoredResult(IReadOnlyList<string> Written, IReadOnlyList<InputEntry> Entries, ReadOnlyMemory<byte> StandardOutput, ReadOnlyMemory<byte> StandardError);
