namespace RestrictedRunner.Engine;

/// <summary>Finds the engine's command-line client, by looking at files only.</summary>
internal static class EngineLocator
{
    /// <summary>The client's absolute path.</summary>
    /// <param name="engine">Value of <see cref="StepOptions.Engine"/>.</param>
    /// <param name="searchPath">Value of <c>PATH</c>.</param>
    /// <exception cref="RunnerException">With <see cref="RunnerFailure.ClientNotFound"/>.</exception>
    public static string Find(string engine, string? searchPath)
    {
        if (engine.Contains('/', StringComparison.Ordinal) || engine.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return IsProgram(engine)
                ? Path.GetFullPath(engine)
                : throw new RunnerException(RunnerFailure.ClientNotFound, $"there is no executable file '{engine}'");
        }

        string[] names = engine == "auto" ? ["docker", "podman"] : [engine];
        return names.SelectMany(name => Candidates(name, searchPath)).FirstOrDefault(IsProgram)
            ?? throw new RunnerException(
                RunnerFailure.ClientNotFound,
                engine == "auto" ? "docker executable not found in PATH, and podman neither" : $"{engine} executable not found in PATH");
    }

    private static IEnumerable<string> Candidates(string name, string? searchPath) =>
        (searchPath ?? "").Split(Path.PathSeparator)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name));

    private static bool IsProgram(string path)
    {
        const UnixFileMode anyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & anyExecute) != 0);
    }
}
