using System.Globalization;
using System.Text.RegularExpressions;
using RestrictedRunner.Hosts;
using RestrictedRunner.Options;

namespace RestrictedRunner.Engine;

/// <summary>The name and labels by which a container of ours is known, so that nothing else is ever touched.</summary>
/// <param name="Name">Unique name, <c>rr-…</c>.</param>
/// <param name="Owner">The process that waits for it.</param>
/// <param name="IdFile">File that the client writes the container's id to when it is created, and before it is started (<c>--cidfile</c>); empty for none.</param>
internal sealed partial record Container(string Name, Owner Owner, string IdFile = "")
{
    /// <summary>Start of the names of all labels of ours.</summary>
    public const string LabelPrefix = OptionForms.OwnPrefix;

    /// <summary>Label that every container of this machine has, whoever owns it.</summary>
    public static string HostLabel => $"{LabelPrefix}host={Environment.MachineName}";

    /// <summary>Name of the label that holds <see cref="Owner.Text"/>.</summary>
    public const string OwnerLabel = $"{LabelPrefix}owner";

    /// <summary>Label of all containers that the same process waits for.</summary>
    public string OwnedBy => $"{OwnerLabel}={Owner.Text}";

    /// <summary>True for what <see cref="New"/> may have named.</summary>
    public static bool IsName(string name) => OurName().IsMatch(name);

    /// <summary>A container that does not exist yet.</summary>
    /// <param name="owner">The process that is to wait for it.</param>
    /// <param name="idFile">File that is to tell its creation.</param>
    public static Container New(Owner owner, string idFile) => new($"rr-{Guid.NewGuid():N}", owner, idFile);

    /// <summary>
    /// True when it is seen to have been created. Null when there is no file to tell. False before, and also after the end
    /// of a container of podman's, whose file podman may remove together with it.
    /// </summary>
    public bool? WasCreated => IdFile.Length == 0 ? null : new FileInfo(IdFile) is { Exists: true, Length: > 0 };

    /// <summary>Labels that say whose the container is: the process that waits for it, and its machine.</summary>
    public IReadOnlyList<string> Labels =>
    [
        HostLabel,
        $"{LabelPrefix}pid={Owner.ProcessId.ToString(CultureInfo.InvariantCulture)}",
        OwnedBy,
    ];

    [GeneratedRegex("^rr-[0-9a-f]{32}$")]
    private static partial Regex OurName();
}
