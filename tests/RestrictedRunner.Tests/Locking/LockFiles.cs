using CsCheck;

namespace RestrictedRunner.Tests.Locking;

/// <summary>Lock files to test with.</summary>
internal static class LockFiles
{
    public static readonly Gen<string> Digest = Gen.Char["0123456789abcdef"].Array[64].Select(digits => $"sha256:{new string(digits)}");

    private static readonly Gen<string> Platform = Gen.OneOf("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/arm/v6", "linux/s390x", "linux/386");

    public static readonly Gen<LockedImage> Image =
        Gen.Select(Gen.Dictionary(Platform, Digest)[1, 4], Gen.Bool).Select((digests, isLocal) => new LockedImage(digests, isLocal));

    // What can be a reference, and what can be a name of JSON only.
    private static readonly Gen<string> Name = Gen.OneOf(Gen.OneOf("busybox", "ghcr.io/acme/bison:3.8", "127.0.0.1:5000/a/b:1"), Gen.String[Gen.Char["ab/:+<>&'\"\\é\n\u2028"], 1, 8]);

    public static readonly Gen<LockFile> File =
        Gen.Select(Gen.Dictionary(Name, Image)[0, 4], Gen.OneOf("", "../docker-exec.lock.schema.json")).Select((images, schema) => new LockFile(images) { Schema = schema });

    public static string DigestOf(char digit) => $"sha256:{new string(digit, 64)}";

    public static LockedImage ImageOf(params (string Platform, char Digit)[] digests) => new(digests.ToDictionary(digest => digest.Platform, digest => DigestOf(digest.Digit)), IsLocal: false);
}
