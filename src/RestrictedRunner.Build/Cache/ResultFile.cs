using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Build.Cache;

/// <summary>
/// The bytes of a result's file: an <see cref="ActionResult"/>, and a hash of it and of its key at the end. Blobs have
/// their hash as their name, a result has not; without one, a flipped bit could be another path or mode.
/// </summary>
internal static class ResultFile
{
    // A field that the API does not have, which readers of the message skip: number 1000, 32 bytes.
    private static readonly byte[] HashField = [0xc2, 0x3e, SHA256.HashSizeInBytes];

    public static byte[] Write(string key, ActionResult result)
    {
        var message = result.ToByteArray();
        return [.. message, .. HashField, .. Hash(key, message)];
    }

    /// <returns>Null if these are not the bytes that were written for this key.</returns>
    public static ActionResult? Read(string key, ReadOnlySpan<byte> bytes)
    {
        var length = bytes.Length - HashField.Length - SHA256.HashSizeInBytes;
        if (length < 0 || !bytes[length..].SequenceEqual([.. HashField, .. Hash(key, bytes[..length])]))
        {
            return null;
        }

        try
        {
            return ActionResult.Parser.ParseFrom(bytes[..length]);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static byte[] Hash(string key, ReadOnlySpan<byte> message) => SHA256.HashData([.. Encoding.UTF8.GetBytes(key), .. message]);
}
