using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

/// <summary>What .NET has no words for.</summary>
internal static class Unix
{
    /// <summary>The user that runs the tests.</summary>
    public static Task<string> UserAsync() => OutputAsync("id", "-u");

    /// <summary>Owner of a file.</summary>
    public static Task<string> OwnerAsync(string path) => OutputAsync("stat", "-c", "%u", path);

    private static async Task<string> OutputAsync(string program, params string[] arguments) =>
        (await Cli.Wrap(program).WithArguments(arguments).ExecuteBufferedAsync()).StandardOutput.Trim();
}
