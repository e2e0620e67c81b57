using System.Text;

namespace RestrictedRunner.Build;

/// <summary>
/// What a step was when its outputs were made: its key, and the digest of the outputs. In a file that is held open, and
/// so kept from other builds of the same project, while the step is looked at and run.
/// </summary>
internal sealed class StepState : IDisposable
{
    private readonly FileStream _file;

    private StepState(FileStream file)
    {
        _file = file;
        using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
        (Key, Outputs) = (reader.ReadLine() ?? "", reader.ReadLine() ?? "");
    }

    /// <summary>Key of the step when it last succeeded, or empty.</summary>
    public string Key { get; }

    /// <summary>Hash of the outputs at that time, or empty.</summary>
    public string Outputs { get; }

    /// <summary>Opens the state of a step, waiting for another build that has it open.</summary>
    /// <exception cref="OperationCanceledException">It waited in vain.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task<StepState> OpenAsync(string path, CancellationToken cancellation) =>
        new(await OwnFile.OpenAsync(path, cancellation).ConfigureAwait(false));

    /// <summary>Forgets what was, for the time in which the outputs change.</summary>
    public void Forget() => Write("");

    /// <summary>Keeps what the step was now that it has succeeded.</summary>
    public void Keep(string key, string outputs) => Write($"{key}\n{outputs}\n");

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Write(string text)
    {
        _file.SetLength(0);
        _file.Write(Encoding.UTF8.GetBytes(text));
        _file.Flush();
    }
}
