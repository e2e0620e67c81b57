namespace RestrictedRunner.PackageTests;

/// <summary>
/// The server of the C# compiler that builds of these tests share, and nobody else: it would have their temporary folder,
/// and outlives them by minutes.
/// </summary>
internal static class CompilerServer
{
    /// <summary>The property of the compiler's targets that names it, which builds read from their environment.</summary>
    public const string Variable = "SharedCompilationId";

    public static string Name { get; } = $"rr-tests-{Guid.NewGuid():N}";

    public static void End()
    {
        foreach (var id in Unix.ProcessesWith(Variable, Name))
        {
            _ = Unix.Kill(id, Unix.SigKill);
        }
    }
}
