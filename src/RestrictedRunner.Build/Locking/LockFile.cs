using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RestrictedRunner.Build.Locking;

/// <summary>Which image each name stands for, as the file <c>docker-exec.lock.json</c> has it.</summary>
/// <param name="Images">The images by their names, as steps and tasks write them.</param>
internal sealed record LockFile(IReadOnlyDictionary<string, LockedImage> Images)
{
    /// <summary>The name of the file, where nobody gives another.</summary>
    public const string Name = "docker-exec.lock.json";

    /// <summary>Number of the form that is written, and the only one that is read.</summary>
    public const int Version = 1;

    // The lines that a person reads: a platform's name may have no character that JavaScript in a page would mind.
    private static readonly JsonWriterOptions Form = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A file without images.</summary>
    public static LockFile Empty { get; } = new(new Dictionary<string, LockedImage>());

    /// <summary>The schema that the file names for editors; empty for none.</summary>
    public string Schema { get; init; } = "";

    /// <summary>The file with these images, too, or instead of what it says of them.</summary>
    public LockFile With(IReadOnlyDictionary<string, LockedImage> images) =>
        this with { Images = Images.Where(known => !images.ContainsKey(known.Key)).Concat(images).ToDictionary(StringComparer.Ordinal) };

    /// <summary>The text of the file: sorted, and equal for equal files, whoever writes them.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Form))
        {
            json.WriteStartObject();
            if (Schema.Length > 0)
            {
                json.WriteString(LockFileReader.SchemaName, Schema);
            }

            json.WriteNumber(LockFileReader.VersionName, Version);
            json.WriteStartObject(LockFileReader.ImagesName);
            foreach (var (name, image) in Images.OrderBy(static image => image.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(name);
                if (image.IsLocal)
                {
                    json.WriteBoolean(LockFileReader.LocalName, true);
                }

                json.WriteStartObject(LockFileReader.PlatformsName);
                foreach (var (platform, digest) in image.Digests.OrderBy(static digest => digest.Key, StringComparer.Ordinal))
                {
                    json.WriteString(platform, digest);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        // Some versions of .NET end lines as the host does.
        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes.ToArray()).Replace("\r\n", "\n", StringComparison.Ordinal) + "\n");
    }
}
