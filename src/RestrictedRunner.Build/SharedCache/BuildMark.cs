using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Build.Cache;

namespace RestrictedRunner.Build.SharedCache;

/// <summary>Something that happens once in a build, whose nodes are processes: a file that the first of them makes.</summary>
/// <param name="folder">The cache of this machine, which all of them have.</param>
/// <param name="build">The id of the build.</param>
/// <param name="what">What it is.</param>
internal sealed class BuildMark(CacheFolder folder, string build, string what) : IDisposable
{
    private const int LengthOfHash = 16;

    private readonly string _path = Path.Combine(folder.Unfinished, $"{build}-{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(what)))[..LengthOfHash]}");
    private int _isOwn;

    /// <summary>True when it has happened, in whichever node.</summary>
    public bool IsSet => File.Exists(_path);

    /// <summary>Says that it has happened.</summary>
    /// <returns>True for the first in the build who says so; also where nothing can be written, so that it is said at all.</returns>
    public bool Set()
    {
        try
        {
            folder.Create();
            Directory.CreateDirectory(folder.Unfinished);
            new FileStream(_path, FileMode.CreateNew).Dispose();
            Volatile.Write(ref _isOwn, 1);
            return true;
        }
        catch (Exception e) when (CacheEntry.IsOfFiles(e))
        {
            return !IsSet;
        }
    }

    /// <summary>At the end of the build, when no node asks any more.</summary>
    public void Dispose()
    {
        if (Volatile.Read(ref _isOwn) == 1)
        {
            CacheEntry.Remove(_path);
        }
    }
}
