using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Inputs;

/// <summary>What is at a path, as far as it is no folder.</summary>
/// <param name="Stamp">Of the file, or of that which a link leads to; null for what has no content.</param>
/// <param name="IsLink">True for a symbolic link.</param>
/// <param name="Leads">False for a link that leads nowhere.</param>
internal sealed record FileOrLink(FileStamp? Stamp, bool IsLink, bool Leads)
{
    /// <summary>Null when nothing is there.</summary>
    public static FileOrLink? At(string path) => FileStatus.OfLink(path) switch
    {
        null => null,
        { IsLink: true } => FileStatus.Of(path) is { } target ? new(target.IsRegularFile ? FileStamp.Of(target) : null, IsLink: true, Leads: true) : new(Stamp: null, IsLink: true, Leads: false),
        { IsRegularFile: true } file => new(FileStamp.Of(file), IsLink: false, Leads: true),
        _ => null,
    };
}
