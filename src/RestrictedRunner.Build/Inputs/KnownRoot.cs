using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Keys;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Inputs;

/// <summary>
/// The digest of a tree of many files, remembered with the stamps of all of them: while none has another, none has to be
/// looked up, and no folder hashed.
/// </summary>
/// <param name="Stamps">Hash of the paths and stamps.</param>
/// <param name="Root">Digest of the root.</param>
/// <param name="Day">Days since 1970, when it was remembered.</param>
internal sealed record KnownRoot(string Stamps, Digest Root, int Day)
{
    /// <summary>How the name of the file ends that remembers it.</summary>
    public const string Ending = "-root";

    /// <summary>Of fewer files the look costs more than it spares.</summary>
    public const int FewestFiles = 100;

    // Another one for each change of what a tree is made of.
    private const string Form = "RestrictedRunner.Build root 2";

    // Then the digests of the files are looked up again, which are forgotten when nobody does.
    private const int LongestDays = DigestCache.DaysUntilRenewed;

    /// <summary>Hash of the paths and stamps of files, and of links.</summary>
    /// <param name="found">In the order of their paths.</param>
    /// <param name="depth">How many folders above the project's the tree begins.</param>
    public static string StampsOf(InputFiles found, int depth)
    {
        // Large enough for most paths, so that what is written need not move.
        using var bytes = new MemoryStream(found.Files.Count * 200);
        using var writer = new BinaryWriter(bytes);
        writer.Write(Form);
        writer.Write(depth);
        foreach (var (path, fullPath, stamp) in found.Files)
        {
            writer.Write(path);
            writer.Write(fullPath);
            stamp.Write(writer);
        }

        foreach (var link in found.Links)
        {
            writer.Write(link.Path);
            writer.Write(link.Target);
        }

        return Convert.ToHexString(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
    }

    /// <summary>The root that was remembered with these stamps, or null.</summary>
    public static Digest? Find(string path, string stamps, int today)
    {
        try
        {
            return Encoding.UTF8.GetString(NewFile.Read(path)).Split(' ') is [var known, var hash, var size, var day, var check]
                && new KnownRoot(known, new() { Hash = hash, SizeBytes = Number(size) }, (int)Number(day)) is var root
                && root.Check == check
                && root.Stamps == stamps
                && today - root.Day is >= 0 and < LongestDays
                    ? root.Root
                    : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Forgets what was remembered, where that is possible.</summary>
    public static void Forget(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nor can another be written there.
        }
    }

    /// <summary>Remembers it, where that is possible.</summary>
    public void Save(string path)
    {
        using var file = NewFile.Beside(path);
        file?.Save(path, Encoding.UTF8.GetBytes($"{Text} {Check}"));
    }

    private string Text => string.Create(CultureInfo.InvariantCulture, $"{Stamps} {Root.Hash} {Root.SizeBytes} {Day}");

    // A part, or what somebody changed, is not taken for the whole.
    private string Check => Digests.Of(Encoding.UTF8.GetBytes(Text)).Hash;

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
