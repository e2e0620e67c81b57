using System.Globalization;
using System.Runtime.InteropServices;
using CliWrap;
using CliWrap.Buffered;

namespace RestrictedRunner.PackageTests;

/// <summary>What .NET has no words for.</summary>
internal static class Unix
{
    /// <summary>The signal that no process can catch.</summary>
    public const int SigKill = 9;

    /// <summary>The user that runs the tests.</summary>
    public static Task<string> UserAsync() => OutputAsync("id", "-u");

    /// <summary>Owner of a file.</summary>
    public static Task<string> OwnerAsync(string path) => OutputAsync("stat", "-c", "%u", path);

    /// <summary>Command lines of all processes, words separated by a blank.</summary>
    public static IEnumerable<string> CommandLines() => Processes().Select(CommandLine).OfType<string>();

    /// <summary>Command lines of the living processes of a session (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html).</summary>
    public static IEnumerable<string> Session(int session) =>
        from process in Processes()
        let stat = Read(process, "stat")
        where stat is not null
        let fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')
        where fields[0] is not ("Z" or "X") && fields[3] == session.ToString(CultureInfo.InvariantCulture)
        select CommandLine(process) ?? "";

    /// <summary>Living processes that have a variable with this value: those that were started with it, and what they started.</summary>
    public static IEnumerable<int> ProcessesWith(string variable, string value) =>
        from process in Processes()
        where Read(process, "environ") is { } environment && environment.Contains($"{variable}={value}", StringComparison.Ordinal)
        select int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture);

    /// <summary>Sends a signal to a process, or to a group of them by its number below zero.</summary>
    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static extern int Kill(int process, int signal);

    private static IEnumerable<string> Processes() => Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(folder[^1]));

    private static string? CommandLine(string process) => Read(process, "cmdline")?.TrimEnd('\0').Replace('\0', ' ');

    private static string? Read(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended since, or is another user's.
            return null;
        }
    }

    private static async Task<string> OutputAsync(string program, params string[] arguments) =>
        (await Cli.Wrap(program).WithArguments(arguments).ExecuteBufferedAsync()).StandardOutput.Trim();
}
