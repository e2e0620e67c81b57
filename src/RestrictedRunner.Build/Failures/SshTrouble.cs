using System.Text.RegularExpressions;

namespace RestrictedRunner.Build.Failures;

/// <summary>Why docker's client did not get to the engine of another machine by ssh.</summary>
/// <param name="Machine">The words of ssh that lead there, such as <c>-l user -p 22 -- machine</c>.</param>
/// <param name="Said">What ssh, or the shell there, said.</param>
/// <param name="ExitCode">Exit code of ssh, or of the command there.</param>
internal sealed partial record SshTrouble(string Machine, string Said, int ExitCode)
{
    // Of ssh itself; any other is that of the command on the other machine.
    private const int OfSsh = 255;

    /// <summary>Finds it in what the client said; null when that is about something else.</summary>
    public static SshTrouble? Find(string text) =>
        Report().Match(text) is { Success: true } match
            ? new(match.Groups["machine"].Value, string.Join(' ', match.Groups["said"].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeWhile(static line => !line.StartsWith("Run 'docker", StringComparison.Ordinal))), int.Parse(match.Groups["code"].Value, System.Globalization.CultureInfo.InvariantCulture))
            : null;

    /// <summary>What to do about it.</summary>
    public string Fix =>
        ExitCode != OfSsh ? "The machine is reached, and has no 'docker' in the PATH of a command that ssh runs, or a very old one. Install docker there, or set PATH in the ssh server's settings"
        : Said.Contains("Host key verification failed", StringComparison.Ordinal) ? "The machine's key is not known here, or is not the one that is known, and a build answers no questions. Connect once by hand, and compare the key"
        : Said.Contains("Permission denied", StringComparison.Ordinal) ? "ssh has no key that the machine takes, or needs a passphrase for it, and a build answers no questions. Add the key there ('ssh-copy-id'), or give it to the agent ('ssh-add')"
        : "Check the machine's name, its port, and the network";

    /// <summary>The command by which a user sees the same.</summary>
    public string Command => $"ssh {Machine} docker version";

    // The words are those of docker's client: https://github.com/docker/cli/blob/master/cli/connhelper/connhelper.go
    [GeneratedRegex(@"command \[ssh (-o ConnectTimeout=\d+ )?(-T )?(?<machine>[^\]]*?) docker (--host \S+ )?system dial-stdio\] has exited with exit status (?<code>\d{1,3}).*?stderr=(?<said>[\s\S]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Report();
}
