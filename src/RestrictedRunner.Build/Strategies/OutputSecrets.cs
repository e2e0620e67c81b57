using RestrictedRunner.Build.Logging;
using RestrictedRunner.Build.Outputs;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Masking;

namespace RestrictedRunner.Build.Strategies;

/// <summary>Looks for a step's secrets in what it has written.</summary>
/// <param name="mask">Finds them.</param>
/// <param name="step">The step.</param>
/// <param name="outputs">Its outputs, where it wrote them.</param>
/// <param name="diagnostics">Is told of each output that holds one.</param>
internal sealed class OutputSecrets(SecretMask mask, DeclaredStep step, DeclaredOutputs outputs, Diagnostics diagnostics)
{
    /// <summary>Looks into names, contents and links of all outputs.</summary>
    /// <exception cref="IOException">One cannot be read.</exception>
    public void Tell(CancellationToken cancellation)
    {
        foreach (var output in new OutputSearch(outputs).Find())
        {
            cancellation.ThrowIfCancellationRequested();
            if (mask.IsIn(output.Path))
            {
                diagnostics.OutputNameHoldsSecret(step, OutputPath.Ordinary(output.Path));
            }
            else if (output.IsLink)
            {
                if (output.Target is { } target && mask.IsIn(target))
                {
                    diagnostics.OutputTargetHoldsSecret(step, OutputPath.Ordinary(output.Path));
                }
            }
            else if (HoldsSecret(output))
            {
                diagnostics.OutputHoldsSecret(step, OutputPath.Ordinary(output.Path));
            }
        }
    }

    private bool HoldsSecret(OutputOnDisk output)
    {
        if (!output.IsFile)
        {
            return false;
        }

        using var file = new FileStream(output.Info.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return mask.IsIn(file);
    }
}
