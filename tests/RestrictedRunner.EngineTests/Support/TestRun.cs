using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using RestrictedRunner.EngineTests;
using Xunit.Sdk;
using Xunit.v3;

// They look into cgroups and /proc.
[assembly: SupportedOSPlatform("linux")]

// The tests wait for engines some of the time, and for time limits.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 4)]
[assembly: AssemblyFixture(typeof(TestRunFolder))]

namespace RestrictedRunner.EngineTests;

/// <summary>What holds for the whole test process: set up before anything else of it runs.</summary>
internal static class TestRun
{
    /// <summary>Folder of this run: the runner's own temporary files land there too, so that a forgotten one shows.</summary>
    public static string Folder { get; } = Directory.CreateTempSubdirectory("rr-engine-tests-").FullName;

    /// <summary>The label by which containers of this process are known.</summary>
    public static string OwnerLabel { get; } = $"restricted-runner.pid={Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";

    [ModuleInitializer]
    internal static void SetUp()
    {
        Environment.SetEnvironmentVariable("TMPDIR", Folder);
        if (Environment.GetEnvironmentVariable("CONTAINERS_CONF") is null && FindUpward("artifacts/containers.conf") is { } conf)
        {
            Environment.SetEnvironmentVariable("CONTAINERS_CONF", conf);
        }
    }

    /// <summary>A file or folder of the repository, or null when it is not there.</summary>
    public static string? FindUpward(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, path)))
            {
                return Path.Combine(folder.FullName, path);
            }
        }

        return null;
    }
}

/// <summary>Removes the folder of the run after the last test.</summary>
public sealed class TestRunFolder : IDisposable
{
    public void Dispose() => Directory.Delete(TestRun.Folder, recursive: true);
}
