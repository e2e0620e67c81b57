using System.Runtime.CompilerServices;

namespace RestrictedRunner.TestSupport;

/// <summary>A test that needs the servers or the engine of <see cref="OtherMachines"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RemoteFactAttribute : FactAttribute
{
    public RemoteFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = OtherMachines.Reason;
        SkipType = typeof(OtherMachines);
        SkipUnless = nameof(OtherMachines.CanBeUsed);
    }
}

/// <summary>A theory that needs the servers or the engine of <see cref="OtherMachines"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RemoteTheoryAttribute : TheoryAttribute
{
    public RemoteTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        Skip = OtherMachines.Reason;
        SkipType = typeof(OtherMachines);
        SkipUnless = nameof(OtherMachines.CanBeUsed);
    }
}
