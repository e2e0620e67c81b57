namespace RestrictedRunner.Build.Cache;

/// <summary>What a step that succeeded has made.</summary>
/// <param name="Folder">Absolute; all outputs are below it.</param>
/// <param name="Paths">Files, folders and symbolic links, relative to <paramref name="Folder"/>, with <c>/</c>. In any order.</param>
internal sealed record StepOutputs(string Folder, IReadOnlyList<string> Paths)
{
    /// <summary>What it wrote to its standard output.</summary>
    public ReadOnlyMemory<byte> StandardOutput { get; init; }

    /// <summary>What it wrote to its standard error.</summary>
    public ReadOnlyMemory<byte> StandardError { get; init; }
}
