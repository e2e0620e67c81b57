using System.ComponentModel;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

/// <summary>The engine that the steps run on.</summary>
internal static class Docker
{
    private static readonly Lazy<bool> Answer = new(() => Task.Run(AnswersAsync).GetAwaiter().GetResult());

    /// <summary>False lets the tests that need an engine be skipped.</summary>
    public static bool CanBeUsed => Environment.GetEnvironmentVariable("RESTRICTED_RUNNER_REQUIRE_ENGINE") == "1" || Answer.Value;

    /// <summary>Names of all containers that match, running or not.</summary>
    public static async Task<string> ContainersAsync(string filter)
    {
        var result = await CallAsync("ps", "--all", "--filter", filter, "--format", "{{.Names}}");
        Assert.True(result.IsSuccess, result.StandardError);
        return result.StandardOutput.Trim();
    }

    /// <summary>Names of all volumes.</summary>
    public static async Task<IReadOnlyList<string>> VolumesAsync()
    {
        var result = await CallAsync("volume", "ls", "--quiet");
        Assert.True(result.IsSuccess, result.StandardError);
        return result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Id of an image, <c>sha256:…</c>.</summary>
    public static async Task<string> IdAsync(string image) => (await CallAsync("image", "inspect", "--format", "{{.Id}}", image)).StandardOutput.Trim();

    private static async Task<bool> AnswersAsync()
    {
        try
        {
            return (await CallAsync("image", "inspect", "busybox:latest")).IsSuccess;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static async Task<BufferedCommandResult> CallAsync(params string[] arguments) =>
        await Cli.Wrap("docker").WithArguments(arguments).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
}
