using System.Globalization;
using System.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Commands;

/// <summary>
/// How secrets get into a container, where only the step's user is to read them. Who that is, only the container knows:
/// so where a shell runs the command, it first copies them to a folder in memory, as that user, and empties the files that
/// they came in. Without a shell the files themselves are mounted.
/// </summary>
internal sealed record SecretTransfer
{
    /// <summary>Where the script is that copies the secrets. At the root, as the command's script.</summary>
    public const string ScriptMountPoint = "/.restricted-runner.secrets.sh";

    private const string Source = "/.restricted-runner.secrets";

    private const UnixFileMode UserReads = UnixFileMode.UserRead;
    private const UnixFileMode EveryoneReads = UserReads | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode EveryoneWrites = EveryoneReads | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    // A program that crashes would leave its memory in a file. Not as an option of the engine: with any limit that is given,
    // podman forgets those of its own configuration.
    private const string WithoutCores = "ulimit -c 0\n";

    // What an image or an option mounts at /var/run/secrets is there too, where /var/run is a link, and may be on a disk. In a
    // shell of its own, because a variable may be the step's.
    private const string OnlyInMemory =
        "(t=; while read -r d p k r; do case $p in /run/secrets) t=$k ;; esac; done </proc/mounts; case $t in tmpfs) ;; *) exit 1 ;; esac) " +
        "|| { echo 'restricted-runner: something else is mounted at /run/secrets (perhaps as /var/run/secrets), so the secrets were not copied there' >&2; exit 1; }\n";

    // Also what a shell does not need for its files.
    private const int Slack = 1024 * 1024;

    private static readonly HashSet<string> Shells = ["ash", "bash", "dash", "ksh", "mksh", "sh", "yash", "zsh"];

    private SecretTransfer(IReadOnlyList<SecretValue> values) => Values = values;

    /// <summary>The secrets.</summary>
    public IReadOnlyList<SecretValue> Values { get; }

    /// <summary>Text of the script that copies them and runs the words after it; null where the files are mounted at their place.</summary>
    public string? Script { get; private init; }

    /// <summary>
    /// Text of the script that takes the secrets from its standard input, one in each line, and runs the words after it; null
    /// where no shell runs the command. It is for an engine that does not see this machine's files: of all places where a file
    /// could be copied to before a container runs, none is in memory, and what was on the engine's disk once may be found there.
    /// Through the engine's connection the values come into the shell's memory and from there into the folder.
    /// </summary>
    public string? InputScript { get; private init; }

    /// <summary>The lines that <see cref="InputScript"/> reads: octal numbers for what is not plain text, as <c>printf %b</c> has them.</summary>
    public byte[] InputLines
    {
        get
        {
            var lines = new StringBuilder();
            foreach (var secret in Values)
            {
                foreach (var octet in secret.Value)
                {
                    _ = char.IsAsciiLetterOrDigit((char)octet) ? lines.Append((char)octet) : lines.Append("\\0").Append(Convert.ToString(octet, 8).PadLeft(3, '0'));
                }

                lines.Append('\n');
            }

            return Encoding.ASCII.GetBytes(lines.ToString());
        }
    }

    /// <summary>Folder inside the container in which the files are mounted.</summary>
    public string MountPoint => Script is null ? SecretValues.MountPoint : Source;

    /// <summary>The folder in memory that the script copies to, for <c>--tmpfs</c>; empty without a script.</summary>
    public string Tmpfs =>
        Script is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{SecretValues.MountPoint}:mode=1777,size={Values.Sum(secret => secret.Value.Length) + Slack}");

    /// <summary>Permissions of the files on the host, where a folder keeps others out.</summary>
    public required UnixFileMode Mode { get; init; }

    /// <summary>Whom the files are given to; null where they stay the caller's.</summary>
    public (uint User, uint Group)? Owner { get; private init; }

    /// <summary>The way for a step; null when it has no secrets.</summary>
    /// <param name="values">The secrets.</param>
    /// <param name="plan">How its command runs.</param>
    /// <param name="user">The user that it asks for.</param>
    /// <param name="isCaller">True when that is the one who builds, also in the container.</param>
    /// <param name="readsInput">True when the command has a standard input.</param>
    /// <param name="host">The machine.</param>
    public static SecretTransfer? Of(IReadOnlyList<SecretValue> values, CommandPlan plan, string user, bool isCaller, bool readsInput, Host host)
    {
        if (values.Count == 0)
        {
            return null;
        }

        if (plan.Script is not null && Shells.Contains(plan.Words[0][(plan.Words[0].LastIndexOf('/') + 1)..]))
        {
            // Everyone may write, so that it can be emptied.
            return new(values) { Script = ScriptOf(values.Select(Copy), "exec \"$@\""), InputScript = ScriptOf(values.Select(Read), readsInput ? "exec \"$@\"" : "exec \"$@\" </dev/null"), Mode = EveryoneWrites };
        }

        // Root's engine knows users by the same numbers as the host.
        var owner = host.Kind == HostKind.Linux && host.UserId == 0 ? Numbers(user) : null;
        return new(values) { Mode = isCaller || owner is not null ? UserReads : EveryoneReads, Owner = owner };
    }

    private static string ScriptOf(IEnumerable<string> secrets, string end) => string.Concat(secrets.Prepend(OnlyInMemory).Prepend(WithoutCores).Append($"unset SHLVL\n{end}\n"));

    // A shell takes no more of its standard input than the line.
    private static string Read(SecretValue secret)
    {
        var to = $"{SecretValues.MountPoint}/{secret.Secret.Name}";
        return $"(umask 377 && IFS= read -r v && printf %b \"$v\" >{to}) || {{ echo 'restricted-runner: the secret {secret.Secret.Name} could not be copied to {SecretValues.MountPoint}' >&2; exit 1; }}\n";
    }

    // A shell writes a file that it makes, whatever its permissions.
    private static string Copy(SecretValue secret)
    {
        var (from, to) = ($"{Source}/{secret.Secret.Name}", $"{SecretValues.MountPoint}/{secret.Secret.Name}");
        return $"(umask 377 && cat {from} >{to}) && : >{from} || {{ echo 'restricted-runner: the secret {secret.Secret.Name} could not be copied to {SecretValues.MountPoint}' >&2; exit 1; }}\n";
    }

    private static (uint User, uint Group)? Numbers(string text)
    {
        var parts = text.Split(':');
        return uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            ? (user, parts.Length > 1 && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var group) ? group : uint.MaxValue)
            : null;
    }
}
