using RestrictedRunner.Hosts;
using IO = System.IO;

namespace RestrictedRunner.Build.Cache;

/// <summary>The folder of a cache mount, with what is known of it beside what containers see.</summary>
/// <param name="Path">Full path.</param>
internal sealed record CacheMountFolder(string Path)
{
    // The folders that it is in are the user's alone, so "everybody" is whatever user a container has.
    private const UnixFileMode Everybody =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute |
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly EnumerationOptions AllFiles = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>What a container sees.</summary>
    public string Content => IO.Path.Combine(Path, "content");

    /// <summary>Open while a step uses the folder: by several steps, or by one that has it for itself.</summary>
    public string Lock => IO.Path.Combine(Path, "lock");

    /// <summary>When it was last used, which is the time of the file that says by whom.</summary>
    public DateTime Used => File.GetLastWriteTimeUtc(Note);

    /// <summary>What it takes of the disk, as far as this user may see it.</summary>
    public long Bytes => Directory.Exists(Content)
        ? new DirectoryInfo(Content).EnumerateFiles("*", AllFiles).Where(static file => file.Exists).Sum(static file => CacheTotal.OnDisk(file.Length))
        : 0;

    // In a file of its own: Windows lets nobody read one that is locked.
    private string Note => IO.Path.Combine(Path, "note");

    /// <summary>Makes what a container is to see, writable for whoever its user is.</summary>
    /// <exception cref="IOException">There is no room.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public void CreateContent()
    {
        try
        {
            UnixMode.CreateFolder(Content, Everybody);
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(Content))
        {
            // A container has given it to another user, and so has decided who may write to it.
        }
    }

    /// <summary>Notes that it is in use.</summary>
    public void Write(CacheMountNote note) => File.WriteAllText(Note, note.Text);

    /// <summary>What was noted; empty when nothing was.</summary>
    public CacheMountNote ReadNote()
    {
        try
        {
            return CacheMountNote.Parse(File.ReadAllText(Note));
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            return CacheMountNote.None;
        }
    }
}
