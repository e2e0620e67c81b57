using System.Globalization;
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
    /// <param name="host">The machine.</param>
    public static SecretTransfer? Of(IReadOnlyList<SecretValue> values, CommandPlan plan, string user, bool isCaller, Host host)
    {
        if (values.Count == 0)
        {
            return null;
        }

        if (plan.Script is not null && Shells.Contains(plan.Words[0][(plan.Words[0].LastIndexOf('/') + 1)..]))
        {
            // Everyone may write, so that it can be emptied.
            return new(values) { Script = string.Concat(values.Select(Copy).Prepend(OnlyInMemory).Prepend(WithoutCores).Append("unset SHLVL\nexec \"$@\"\n")), Mode = EveryoneWrites };
        }

        // Root's engine knows users by the same numbers as the host.
        var owner = host.Kind == HostKind.Linux && host.UserId == 0 ? Numbers(user) : null;
        return new(values) { Mode = isCaller || owner is not null ? UserReads : EveryoneReads, Owner = owner };
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
