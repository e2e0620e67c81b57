using Microsoft.Build.Framework;

namespace RestrictedRunner.Build;

/// <summary>
/// Processors that MSBuild lends to a task, so that several projects built at once do not each take them all:
/// https://github.com/dotnet/msbuild/blob/main/documentation/specs/resource-management.md
/// </summary>
internal sealed class Cores : IDisposable
{
    private readonly IBuildEngine9? _engine;

    private Cores(IBuildEngine9? engine, int granted) => (_engine, Granted) = (engine, granted);

    /// <summary>How many there are, at least one.</summary>
    public int Granted { get; }

    /// <summary>Asks for as many as are of use; gets fewer when other tasks have them.</summary>
    public static Cores Request(IBuildEngine engine, int wanted) =>
        engine is IBuildEngine9 lender && wanted > 1 ? new(lender, lender.RequestCores(wanted)) : new(null, wanted);

    /// <inheritdoc/>
    public void Dispose() => _engine?.ReleaseCores(Granted);
}
