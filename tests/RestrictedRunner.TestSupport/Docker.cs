using System.ComponentModel;
using System.Globalization;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.TestSupport;

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

    /// <summary>How long after a moment the last container with a label was gone; zero when none went since.</summary>
    /// <remarks>By the engine's record: to ask it again and again takes a processor, which a removal needs itself.</remarks>
    public static async Task<TimeSpan> LastGoneAsync(string label, DateTimeOffset since)
    {
        var result = await CallAsync("events", "--since", Time(since), "--until", Time(DateTimeOffset.UtcNow), "--filter", $"label={label}", "--filter", "event=destroy", "--format", "{{.TimeNano}}");
        Assert.True(result.IsSuccess, result.StandardError);
        return result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(time => DateTimeOffset.UnixEpoch.AddTicks(long.Parse(time, CultureInfo.InvariantCulture) / TimeSpan.NanosecondsPerTick) - since)
            .DefaultIfEmpty()
            .Max();
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

    private static string Time(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000m).ToString(CultureInfo.InvariantCulture);

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
