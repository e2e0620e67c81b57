namespace RestrictedRunner.Tests;

/// <summary>What a test needs that not every machine has: without it the test is skipped.</summary>
internal static class Needs
{
    private static readonly Lazy<bool> MakesLinks = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("test-");
        try
        {
            // Wine 10 says that it has made one, and makes none.
            return File.CreateSymbolicLink(Path.Combine(folder.FullName, "link"), "target").LinkTarget is not null && new FileInfo(Path.Combine(folder.FullName, "link")).LinkTarget is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });

    /// <summary>True where symbolic links can be made. On Windows that takes a right, or Developer Mode.</summary>
    public static bool HasLinks => !Here.Host.IsWindows || MakesLinks.Value;

    /// <summary>Symbolic links.</summary>
    public static void Links() => Assert.SkipUnless(HasLinks, "This machine lets the tests make no symbolic links.");

    /// <summary>Links among the inputs that are links in the stage too.</summary>
    public static void LinksThatStay() => Assert.SkipWhen(Here.Host.IsWindows, "On Windows the files behind a link are inputs, and the link is none.");

    /// <summary>The permissions of Unix.</summary>
    public static void Permissions() => Assert.SkipWhen(Here.Host.IsWindows, "Windows has no permissions of Unix.");

    /// <summary>Stamps that tell of every change.</summary>
    public static void Stamps() => Assert.SkipWhen(Here.Host.IsWindows, "On Windows stamps tell too little, and no project is known by them.");

    /// <summary>Pipes in folders.</summary>
    public static void Pipes() => Assert.SkipWhen(Here.Host.IsWindows, "On Windows no folder has pipes in it.");

    /// <summary>Names that are no UTF-8.</summary>
    public static void NamesOfBytes() => Assert.SkipWhen(Here.Host.IsWindows, "On Windows every name is a text.");

    /// <summary>A file with this name.</summary>
    public static void Name(string name) => Assert.SkipUnless(Here.Paths.IsName(name), "On Windows no file has such a name.");
}
