using System.Text;

namespace RestrictedRunner.Build.State;

/// <summary>
/// What a step was when its outputs were made: its key, the digest of the outputs, and the warnings that it had. In a file
/// that is held open, and so kept from other builds of the same project, while the step is looked at and run.
/// </summary>
internal sealed class StepState : IDisposable
{
    private readonly FileStream _file;

    private StepState(FileStream file)
    {
        _file = file;
        using var reader = new StreamReader(file, Encoding.UTF8, leaveOpen: true);
        try
        {
            if (reader.ReadToEnd().Split('\n') is [var key, var outputs, .. var warnings, ""])
            {
                (Key, Outputs, Warnings) = (key, outputs, [.. warnings.Select(StepWarning.FromLine)]);
            }
        }
        catch (FormatException)
        {
            // Damaged, or another version's: nothing is known of the step.
        }
    }

    /// <summary>Key of the step when it last succeeded, or empty.</summary>
    public string Key { get; } = "";

    /// <summary>Hash of the outputs at that time, or empty.</summary>
    public string Outputs { get; } = "";

    /// <summary>The warnings that it had.</summary>
    public IReadOnlyList<StepWarning> Warnings { get; } = [];

    /// <summary>Opens the state of a step, waiting for another build that has it open.</summary>
    /// <exception cref="OperationCanceledException">It waited in vain.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task<StepState> OpenAsync(string path, CancellationToken cancellation) =>
        new(await OwnFile.OpenAsync(path, cancellation).ConfigureAwait(false));

    /// <summary>Forgets what was, for the time in which the outputs change.</summary>
    public void Forget() => Write("");

    /// <summary>Keeps what the step was now that it has succeeded.</summary>
    public void Keep(string key, string outputs, IEnumerable<StepWarning> warnings) =>
        Write(string.Concat(warnings.Select(warning => warning.ToLine()).Prepend(outputs).Prepend(key).Select(line => $"{line}\n")));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Write(string text)
    {
        _file.SetLength(0);
        _file.Write(Encoding.UTF8.GetBytes(text));
        _file.Flush();
    }
}
