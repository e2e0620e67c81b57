using Microsoft.Build.Framework;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>
/// Processors that MSBuild lends to a task, so that several projects built at once do not each take them all:
/// https://github.com/dotnet/msbuild/blob/main/documentation/specs/resource-management.md
/// </summary>
internal sealed class Cores : IDisposable
{
    private readonly IBuildEngine9? _lender;
    private readonly int _lent;

    private Cores(IBuildEngine9? lender, int lent, int granted) => (_lender, _lent, Granted) = (lender, lent, granted);

    /// <summary>How many containers may run at once, at least one.</summary>
    public int Granted { get; }

    /// <summary>Asks for as many as are of use; gets fewer when other tasks have them.</summary>
    /// <param name="engine">Lends them.</param>
    /// <param name="wanted">
    /// How many containers are to run at once. More than there are processors, because starting one is mostly waiting, is
    /// granted when all processors are.
    /// </param>
    public static Cores Request(IBuildEngine engine, int wanted)
    {
        var useful = Math.Min(wanted, Environment.ProcessorCount);
        if (useful < 2 || engine is not IBuildEngine9 lender)
        {
            return new(null, 0, wanted);
        }

        var lent = Lend(lender, useful);
        return lent < 1 ? new(null, 0, wanted) : new(lender, lent, lent < useful ? lent : wanted);
    }

    // A task that has a process of its own, as every one has in MSBuild.exe and Visual Studio, is lent none: some versions throw,
    // others say 0 (https://github.com/dotnet/msbuild/pull/13345).
    private static int Lend(IBuildEngine9 lender, int useful)
    {
        try
        {
            return lender.RequestCores(useful);
        }
        catch (NotImplementedException)
        {
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lender?.ReleaseCores(_lent);
}
