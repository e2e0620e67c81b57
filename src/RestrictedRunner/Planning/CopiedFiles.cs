using RestrictedRunner.Commands;

namespace RestrictedRunner.Planning;

/// <summary>What a run gets its files from that are not mounted: volumes that other containers hold.</summary>
/// <param name="VolumesFrom">Those containers, as <c>--volumes-from</c> has them.</param>
internal sealed record CopiedFiles(IReadOnlyList<string> VolumesFrom)
{
    // Windows takes command lines of 32,767 characters, and Linux arguments of 128 KiB.
    private const int LongestArgument = 16 * 1024;

    /// <summary>
    /// True when the script is short enough to be an argument (<c>sh -c</c>), and its shell takes one: that costs nothing. Another
    /// is copied, as a file.
    /// </summary>
    public static bool HasScriptAsArgument(CommandPlan plan) => plan.Script is { Length: <= LongestArgument } && CommandPlan.IsPosixShell(plan.Words[0]);

    /// <summary>The words after the image. A shell that is given a name complains in the name of the script's file, as it is where it is mounted.</summary>
    /// <param name="plan">How the command runs.</param>
    /// <param name="secrets">The script that takes the secrets, or null.</param>
    public static IReadOnlyList<string> Words(CommandPlan plan, string? secrets) =>
    [
        .. secrets is null ? Array.Empty<string>() : [plan.Words[0], "-c", secrets, plan.Words[0]],
        .. plan.Words,
        .. plan.Script is null ? Array.Empty<string>() : HasScriptAsArgument(plan) ? ["-c", NoOption(plan.Script), OwnPlaces.Mounted.Script] : [OwnPlaces.Copied.Script],
    ];

    private static string NoOption(string script) => script.StartsWith('-') || script.StartsWith('+') ? $" {script}" : script;
}
