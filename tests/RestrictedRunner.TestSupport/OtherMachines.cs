namespace RestrictedRunner.TestSupport;

/// <summary>What <c>build/engine.sh --remote</c> brings: programs of servers that tests start, and an engine that does not see this machine's files.</summary>
internal static class OtherMachines
{
    internal const string Reason = "servers and an engine as of other machines are not there; run build/engine.sh --remote";

    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "remote");

    /// <summary>False lets the tests that need them be skipped.</summary>
    public static bool CanBeUsed => Engines.AreRequired || AreThere;

    /// <summary>The folder with the programs.</summary>
    public static string Programs { get; } = Path.Combine(Folder, "bin");

    private static bool AreThere => File.Exists(PathOf("engine", "tcp.port")) && File.Exists(PathOf("engine", "ssh.port"));

    /// <summary>Path of one of the programs, such as <c>buildbox-casd</c>, <c>casupload</c> or <c>trexe</c>.</summary>
    public static string Program(string name) => PathOf("bin", name);

    /// <summary>Path of a file or folder of the engine's. Fails the test if it is not there.</summary>
    public static string OfEngine(string name)
    {
        Assert.True(AreThere, Reason);
        return PathOf("engine", name);
    }

    private static string PathOf(string folder, string name) => Path.Combine(Folder, folder, name);
}
