using System.Runtime.InteropServices;

var text = "The quick brown fox jumps over the lazy dog"u8;
Console.WriteLine($"crc32   {Checksums.Crc32(text, (nuint)text.Length):x8}");
Console.WriteLine($"adler32 {Checksums.Adler32(text, (nuint)text.Length):x8}");

// What native/checksums.h declares.
internal static partial class Checksums
{
    [LibraryImport("checksums", EntryPoint = "crc32")]
    public static partial uint Crc32(ReadOnlySpan<byte> data, nuint length);

    [LibraryImport("checksums", EntryPoint = "adler32")]
    public static partial uint Adler32(ReadOnlySpan<byte> data, nuint length);
}
