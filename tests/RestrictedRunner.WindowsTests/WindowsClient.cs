using System.Runtime.CompilerServices;
using Xunit.Sdk;
using Xunit.v3;

// A process has one current directory, which MSBuild sets, and one node of MSBuild in it.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace RestrictedRunner.WindowsTests;

/// <summary>The docker.exe of these tests.</summary>
internal static class WindowsClient
{
    // For the tests and for the steps in them: both look for docker in PATH.
    [ModuleInitializer]
    public static void AddToPath() =>
        Environment.SetEnvironmentVariable(
            "PATH",
            $"{Path.GetFullPath(Path.Combine(Repository.Root, "artifacts", "wine", "client"))};{Environment.GetEnvironmentVariable("PATH")}");
}
