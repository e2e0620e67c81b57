using System.ComponentModel;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.TestSupport;

/// <summary>Calls programs, such as an engine's client, for what the tests set up and look at.</summary>
internal static class Client
{
    public static async Task<BufferedCommandResult> CallAsync(string program, params IReadOnlyList<string> arguments) =>
        await Cli.Wrap(program).WithArguments(arguments).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();

    /// <summary>Standard output without the last line end, of a call that has to succeed.</summary>
    public static async Task<string> OutputAsync(string program, params IReadOnlyList<string> arguments)
    {
        var result = await CallAsync(program, arguments);
        Assert.True(result.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {result.ExitCode}\n{result.StandardError}");
        return result.StandardOutput.TrimEnd('\n');
    }

    public static bool Succeeds(string program, params IReadOnlyList<string> arguments)
    {
        try
        {
            // Test data is asked for by code that cannot wait in another way.
            return Task.Run(() => CallAsync(program, arguments)).GetAwaiter().GetResult().ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
