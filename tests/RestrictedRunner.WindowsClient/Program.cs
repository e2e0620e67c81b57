namespace RestrictedRunner.WindowsClient;

/// <summary>
/// Docker's client for Windows programs under Wine, which can start no program of Linux and wait for it: a docker.exe
/// that hands its call to the same program on Linux, where the real client runs.
/// </summary>
internal static class Program
{
    /// <summary>The port on loopback that the Linux side listens at.</summary>
    public const string PortVariable = "RESTRICTED_RUNNER_CLIENT_PORT";

    /// <summary>What a call has to know.</summary>
    public const string TokenVariable = "RESTRICTED_RUNNER_CLIENT_TOKEN";

    /// <summary>
    /// On Windows the words are docker's. On Linux they are the root that Wine's programs see, the folder that is drive
    /// C:, the folder that has the same path in that root, and then the program that starts Wine, with its words.
    /// </summary>
    private static int Main(string[] words) => OperatingSystem.IsWindows()
        ? WindowsSide.Run(words)
        : LinuxSide.Run(new HostPaths(words[0], words[1], words[2]), words[3], words[4..]);
}
