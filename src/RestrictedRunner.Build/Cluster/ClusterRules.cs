using RestrictedRunner.Build.Steps;

namespace RestrictedRunner.Build.Cluster;

/// <summary>Which steps may run on a cluster: a pure function of what they declare.</summary>
internal static class ClusterRules
{
    private const string NoNewPrivileges = "no-new-privileges";

    /// <summary>Why a step has to run here; null when it may run on a cluster.</summary>
    /// <param name="step">The step, whose options are valid.</param>
    /// <param name="image">Its image, <c>repository@sha256:…</c>; null where no registry's digest of it is known.</param>
    /// <param name="properties">What the project says of the cluster.</param>
    public static string? WhyNot(DeclaredStep step, string? image, ClusterProperties properties) =>
        !step.Hermetic ? "it is not hermetic, so it reads and writes what it does not declare"
        : OfThisMachine(step)
        ?? OfOutputs(step.Outputs)
        ?? OfImage(step.Parameters.Options, image)
        ?? (Limit(step, properties) is { } limit ? $"it sets {limit}, which nothing says the cluster keeps (DockerExecRemoteProperties)" : null);

    private static string? OfThisMachine(DeclaredStep step)
    {
        var options = step.Parameters.Options;
        return options.Secrets.Count > 0 ? "it has secrets, which everybody would find in the cluster's store who may read that"
            : step.Given.Has(nameof(options.User)) && options.User != "current" ? "it sets User, and who a command runs as is for the cluster's workers to say"
            : step.Parameters.CacheMounts.Count > 0 ? "it has cache mounts, which are folders of this machine"
            : step.Given.Has(nameof(options.Mounts)) || step.Given.Has(nameof(options.DockerRunOpts)) ? "it has mounts or options of docker run, which are of this machine"
            : options.StandardInput.Length > 0 ? "it reads its standard input, which the cluster does not have"
            : step.Given.Has(nameof(options.WorkDir)) || step.Parameters.WorkingDirectory.Length > 0 ? "it starts in a folder of its own, and the cluster decides where its files are"
            : null;
    }

    private static string? OfOutputs(DeclaredOutputs outputs)
    {
        foreach (var output in outputs.Paths)
        {
            if (outputs.Host.IsRooted(output.Text))
            {
                return $"its output '{output.Text}' is an absolute path";
            }

            if (!output.IsPlain && outputs.Host.IsAtOrBelow(outputs.ProjectDirectory, output.Glob.Start))
            {
                return $"its output '{output.Text}' may be anywhere in the project's folder, all of which would come back; let it begin with a folder";
            }
        }

        return null;
    }

    private static string? OfImage(StepOptions options, string? image) =>
        image is null ? $"no registry's digest of its image '{options.ImageName}' is known here; 'dotnet build -t:UpdateDockerExecLock' finds it, and an image that was built here has to be pushed first"
        : options.Pull == PullPolicy.Always && !options.Image.Contains('@', StringComparison.Ordinal) ? "Pull=\"always\" asks what its image is now, which the engine here does"
        : null;

    // The first that a step sets itself. What every hermetic step has is the cluster's to do in its own way.
    private static string? Limit(DeclaredStep step, ClusterProperties properties) =>
        ClusterProperties.Limits.FirstOrDefault(name => step.Given.Has(name) && !properties.Waived.Contains(name) && !IsOrdinary(name, step.Parameters.Options));

    private static bool IsOrdinary(string name, StepOptions options) => name switch
    {
        nameof(options.AllowNetworking) => !options.AllowNetworking,
        nameof(options.ReadOnly) => options.ReadOnly,
        nameof(options.SecurityOpt) => options.SecurityOpt.All(option => option is NoNewPrivileges or $"{NoNewPrivileges}=true"),
        nameof(options.Labels) => true,
        _ => false,
    };
}
