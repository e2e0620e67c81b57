using System.Globalization;
using System.Text.RegularExpressions;

namespace RestrictedRunner;

/// <summary>The name and labels by which a container of ours is known, so that nothing else is ever touched.</summary>
/// <param name="Name">Unique name, <c>rr-…</c>.</param>
internal sealed partial record Container(string Name)
{
    /// <summary>Start of the names of all labels of ours.</summary>
    public const string LabelPrefix = "restricted-runner.";

    /// <summary>Label that every container of this machine has, whoever owns it.</summary>
    public static string HostLabel => $"{LabelPrefix}host={Environment.MachineName}";

    /// <summary>Name of the label that holds <see cref="Owner.Text"/>.</summary>
    public const string OwnerLabel = $"{LabelPrefix}owner";

    /// <summary>Label of the containers that this process waits for.</summary>
    public static string OwnedByThisProcess => $"{OwnerLabel}={Owner.Current.Text}";

    /// <summary>True for what <see cref="New"/> may have named.</summary>
    public static bool IsName(string name) => OurName().IsMatch(name);

    /// <summary>A container that does not exist yet.</summary>
    public static Container New() => new($"rr-{Guid.NewGuid():N}");

    /// <summary>Labels that say whose the container is: the process that waits for it, and its machine.</summary>
    public static IReadOnlyList<string> Labels =>
    [
        HostLabel,
        $"{LabelPrefix}pid={Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}",
        OwnedByThisProcess,
    ];

    [GeneratedRegex("^rr-[0-9a-f]{32}$")]
    private static partial Regex OurName();
}
