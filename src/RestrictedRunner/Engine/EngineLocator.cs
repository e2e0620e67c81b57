using RestrictedRunner.Hosts;

namespace RestrictedRunner.Engine;

/// <summary>Finds the engine's command-line client, by looking at files only.</summary>
internal static class EngineLocator
{
    private const string Exe = ".exe";

    /// <summary>The client's absolute path.</summary>
    /// <param name="engine">Value of <see cref="StepOptions.Engine"/>.</param>
    /// <param name="host">The machine.</param>
    /// <exception cref="RunnerException">With <see cref="RunnerFailure.ClientNotFound"/>.</exception>
    public static string Find(string engine, Host host) => new FileInfo(Find(engine, host, IsProgram)).FullName;

    /// <summary>The same where programs are told by another.</summary>
    public static string Find(string engine, Host host, Predicate<string> isProgram)
    {
        if (host.Paths.Parent(engine) is { Length: > 0 })
        {
            return isProgram(engine)
                ? engine
                : throw new RunnerException(RunnerFailure.ClientNotFound, $"there is no executable file '{engine}'");
        }

        string[] names = engine == "auto" ? ["docker", "podman"] : [engine];
        return names.SelectMany(name => Candidates(name, host)).FirstOrDefault(path => isProgram(path))
            ?? throw new RunnerException(
                RunnerFailure.ClientNotFound,
                engine == "auto" ? "docker executable not found in PATH, and podman neither" : $"{engine} executable not found in PATH");
    }

    private static IEnumerable<string> Candidates(string name, Host host) =>
        host.SearchPath.Concat(host.ClientFolders).Select(folder => host.Paths.Join(folder, FileName(name, host)));

    private static string FileName(string name, Host host) => host.IsWindows && !name.EndsWith(Exe, StringComparison.OrdinalIgnoreCase) ? name + Exe : name;

    private static bool IsProgram(string path) => File.Exists(path) && UnixMode.IsExecutable(path);
}
