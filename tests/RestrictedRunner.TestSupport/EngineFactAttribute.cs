using System.Runtime.CompilerServices;

namespace RestrictedRunner.TestSupport;

/// <summary>A test that runs containers.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineFactAttribute : FactAttribute
{
    internal const string Reason = "docker does not answer or does not have busybox:latest; run build/engine.sh and build/images.sh";

    public EngineFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = Reason;
        SkipType = typeof(Docker);
        SkipUnless = nameof(Docker.CanBeUsed);
    }
}

/// <summary>A theory that runs containers.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineTheoryAttribute : TheoryAttribute
{
    public EngineTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = EngineFactAttribute.Reason;
        SkipType = typeof(Docker);
        SkipUnless = nameof(Docker.CanBeUsed);
    }
}
