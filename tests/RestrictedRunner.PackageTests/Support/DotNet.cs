using System.Collections;
using System.Collections.Concurrent;
using CliWrap;

namespace RestrictedRunner.PackageTests;

/// <summary>How a <c>dotnet</c> process ended.</summary>
internal sealed record DotNetResult(int ExitCode, string Console)
{
    public DotNetResult Succeeded()
    {
        Assert.True(ExitCode == 0, Console);
        return this;
    }
}

/// <summary>Runs <c>dotnet</c> as a user would at a prompt.</summary>
internal static class DotNet
{
    // Set by the test host, or by somebody who builds the repository, and felt by every build below it.
    private static readonly string[] Foreign = ["MSBUILD", "DOTNET_CLI_", "DOTNET_HOST_PATH", "NUGET_", "RESTORE", "TESTINGPLATFORM_", "USESHAREDCOMPILATION", "VSTEST", "XUNIT_"];

    private static readonly Dictionary<string, string?> Ours = new()
    {
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["DOTNET_NOLOGO"] = "1",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["NUGET_PACKAGES"] = TestRun.Packages,
        // With NuGet's locks, without which two builds unpack the package at once. Some tests have a TMPDIR of their own.
        ["NUGET_SCRATCH"] = Path.Combine(TestRun.Temp, "nuget"),
        [CompilerServer.Variable] = CompilerServer.Name,
        ["TMPDIR"] = TestRun.Temp,
        ["XDG_CACHE_HOME"] = TestRun.Cache,
    };

    /// <summary>Waits for a command that starts in the folder.</summary>
    public static Task<DotNetResult> RunAsync(string folder, params IReadOnlyList<string> arguments) => RunAsync(folder, null, arguments);

    public static async Task<DotNetResult> RunAsync(string folder, IReadOnlyDictionary<string, string?>? environment, IReadOnlyList<string> arguments)
    {
        var lines = new ConcurrentQueue<string>();
        var command = Command(folder, lines.Enqueue, environment).WithArguments(arguments);
        var result = await command.ExecuteAsync(TestContext.Current.CancellationToken);
        return Report(command, result.ExitCode, lines);
    }

    /// <summary>A command to which arguments are added. Each line of output is told as it comes.</summary>
    public static Command Command(string folder, Action<string> onLine, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var target = PipeTarget.ToDelegate(onLine);
        return Cli.Wrap("dotnet")
            .WithWorkingDirectory(folder)
            .WithEnvironmentVariables(Changes(environment))
            .WithStandardOutputPipe(target)
            .WithStandardErrorPipe(target)
            .WithValidation(CommandResultValidation.None);
    }

    /// <summary>The result, noted in the test's own output too, which is shown when the test fails.</summary>
    public static DotNetResult Report(Command command, int exitCode, IEnumerable<string> lines) => Report($"{command.WorkingDirPath}$ {command}", exitCode, lines);

    public static DotNetResult Report(string command, int exitCode, IEnumerable<string> lines)
    {
        var console = $"{command}\n{string.Join('\n', lines)}\nexit code {exitCode}";
        TestContext.Current.TestOutputHelper?.WriteLine(console);
        return new(exitCode, console);
    }

    /// <summary>All variables of a command.</summary>
    public static IReadOnlyDictionary<string, string> Environment(IReadOnlyDictionary<string, string?>? more)
    {
        var variables = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value);
        foreach (var (name, value) in Changes(more))
        {
            variables[name] = value;
        }

        return variables.Where(variable => variable.Value is not null).ToDictionary(variable => variable.Key, variable => variable.Value!);
    }

    /// <summary>What a command's variables have other than those of this process; null is one that it does not have.</summary>
    public static IReadOnlyDictionary<string, string?> Changes(IReadOnlyDictionary<string, string?>? more)
    {
        var variables = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => (string)variable.Key)
            .Where(name => Foreign.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase)))
            .ToDictionary(name => name, _ => (string?)null);
        foreach (var (name, value) in more is null ? Ours : Ours.Concat(more))
        {
            variables[name] = value;
        }

        return variables;
    }
}
