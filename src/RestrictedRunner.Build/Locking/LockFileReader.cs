using System.Text;
using System.Text.Json;
using RestrictedRunner.Images;
using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Locking;

/// <summary>Reads a lock file, token by token, because what is wrong in it is told with its line.</summary>
internal ref struct LockFileReader
{
    public const string SchemaName = "$schema";
    public const string VersionName = "version";
    public const string ImagesName = "images";
    public const string PlatformsName = "platforms";
    public const string LocalName = "local";

    private const string DigestPrefix = "sha256:";
    private const int DigestLength = 64;

    private readonly ReadOnlySpan<byte> _text;
    private Utf8JsonReader _json;

    private LockFileReader(ReadOnlySpan<byte> text)
    {
        _text = text;
        _json = new(text);
    }

    /// <summary>Reads the file's bytes.</summary>
    /// <exception cref="LockFileException">They are no lock file, or one of another version.</exception>
    public static LockFile Read(ReadOnlySpan<byte> bytes)
    {
        // Editors on Windows begin files with one.
        var text = bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        try
        {
            return new LockFileReader(text).Read();
        }
        catch (JsonException e)
        {
            throw ConflictIn(text) ?? new LockFileException((int)(e.LineNumber ?? 0) + 1, $"it is no JSON: {Sentence(e.Message)}");
        }
        catch (InvalidOperationException e)
        {
            throw new LockFileException(0, $"it is no JSON: {e.Message}");
        }
    }

    private LockFile Read()
    {
        var file = LockFile.Empty;
        var (hasVersion, hasImages) = (false, false);
        Next();
        Expect(JsonTokenType.StartObject, "the file is an object");
        while (NextName() is { } name)
        {
            switch (name)
            {
                case SchemaName: file = file with { Schema = Text("$schema is a text") }; break;
                case VersionName: (hasVersion, _) = (true, ReadVersion()); break;
                case ImagesName: (hasImages, file) = (true, file with { Images = ReadImages() }); break;
                default: throw Unknown(name, $"{SchemaName}, {VersionName} or {ImagesName}");
            }
        }

        Next();
        return hasVersion && hasImages ? file : throw Wrong($"it has no \"{(hasVersion ? ImagesName : VersionName)}\"");
    }

    private int ReadVersion()
    {
        Next();
        return _json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out var version) && version == LockFile.Version
            ? version
            : throw new LockFileException(Line, $"its version is {Shown()} and not {LockFile.Version}") { IsOfVersion = true };
    }

    // As it is written.
    private readonly string Shown() => Encoding.UTF8.GetString(_text[(int)_json.TokenStartIndex..(int)_json.BytesConsumed]);

    private Dictionary<string, LockedImage> ReadImages()
    {
        var images = new Dictionary<string, LockedImage>(StringComparer.Ordinal);
        Next();
        Expect(JsonTokenType.StartObject, $"\"{ImagesName}\" is an object");
        while (NextName() is { } name)
        {
            if (!images.TryAdd(name, ReadImage(name)))
            {
                throw Wrong($"it has image '{name}' twice");
            }
        }

        return images;
    }

    private LockedImage ReadImage(string image)
    {
        var isLocal = false;
        Dictionary<string, string> digests = [];
        Next();
        Expect(JsonTokenType.StartObject, $"an image is an object with \"{PlatformsName}\"");
        while (NextName() is { } name)
        {
            switch (name)
            {
                case LocalName:
                    Next();
                    isLocal = _json.TokenType is JsonTokenType.True or JsonTokenType.False ? _json.GetBoolean() : throw Wrong($"\"{LocalName}\" is true or false");
                    break;
                case PlatformsName: digests = ReadDigests(); break;
                default: throw Unknown(name, $"{PlatformsName} or {LocalName}");
            }
        }

        return digests.Count > 0 ? new(digests, isLocal) : throw Wrong($"image '{image}' has no platform");
    }

    private Dictionary<string, string> ReadDigests()
    {
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        Next();
        Expect(JsonTokenType.StartObject, $"\"{PlatformsName}\" is an object");
        while (NextName() is { } platform)
        {
            if (!platform.Contains('/', StringComparison.Ordinal) || !OptionForms.Platform().IsMatch(platform))
            {
                throw Wrong($"'{platform}' is no platform, such as linux/amd64");
            }

            var digest = Text("a digest is a text");
            if (!IsDigest(digest))
            {
                throw Wrong($"'{digest}' is no digest, which is {DigestPrefix} and {DigestLength} hexadecimal digits");
            }

            if (!digests.TryAdd(ImagePlatform.OneSpelling(platform), digest))
            {
                throw Wrong($"it has platform '{platform}' twice");
            }
        }

        return digests;
    }

    private string Text(string form)
    {
        Next();
        Expect(JsonTokenType.String, form);
        return _json.GetString()!;
    }

    // Null at the end of an object.
    private string? NextName()
    {
        Next();
        return _json.TokenType == JsonTokenType.EndObject ? null : _json.GetString();
    }

    private void Next() => _json.Read();

    private readonly void Expect(JsonTokenType type, string form)
    {
        if (_json.TokenType != type)
        {
            throw Wrong(form);
        }
    }

    private readonly LockFileException Unknown(string name, string known) => Wrong($"\"{name}\" is unknown here, where {known} may be");

    private readonly LockFileException Wrong(string reason) => new(Line, reason);

    private readonly int Line => _text[..(int)_json.TokenStartIndex].Count((byte)'\n') + 1;

    private static bool IsDigest(string text) =>
        text.Length == DigestPrefix.Length + DigestLength && text.StartsWith(DigestPrefix, StringComparison.Ordinal) && text.Skip(DigestPrefix.Length).All(char.IsAsciiHexDigitLower);

    // What version control leaves where two branches changed the same lines.
    private static LockFileException? ConflictIn(ReadOnlySpan<byte> text)
    {
        var lines = Encoding.UTF8.GetString(text).Split('\n');
        var line = Array.FindIndex(lines, static line => line.StartsWith("<<<<<<< ", StringComparison.Ordinal));
        return line < 0 ? null : new(line + 1, "it has the marks of a merge conflict; keep one side of each, and let 'dotnet build -t:UpdateDockerExecLock' write what is true");
    }

    // Without the numbers, which count from 0.
    private static string Sentence(string message) => message.Split(" LineNumber:")[0].TrimEnd('.');
}
