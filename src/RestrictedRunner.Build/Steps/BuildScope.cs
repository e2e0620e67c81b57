namespace RestrictedRunner.Build.Steps;

/// <summary>What a project is built for. <c>Clean</c> of one configuration or framework leaves what another's build wrote, as MSBuild's own does.</summary>
/// <param name="Configuration">Configuration, platform and runtime identifier.</param>
/// <param name="InnerFramework">The framework of an inner build; empty in the outer one, and in the build of a project that has only one.</param>
internal sealed record BuildScope(string Configuration, string InnerFramework)
{
    /// <summary>As it is written to files.</summary>
    public string Text => $"{Configuration}|{InnerFramework}";

    /// <summary>That of a step: what is the same for all frameworks is the outer build's, also where an inner one runs it.</summary>
    public BuildScope Of(DeclaredStep step) => step.PerTargetFramework ? this : this with { InnerFramework = "" };
}
