using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace RestrictedRunner.TestSupport;

/// <summary>The image busybox, of which others are made here: for an engine that would be five calls of some seconds.</summary>
internal sealed class BusyboxImage
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<BusyboxImage>>> Known = [];

    private readonly JsonObject _settings;
    private readonly IReadOnlyList<byte[]> _layers;

    private BusyboxImage(JsonObject settings, IReadOnlyList<byte[]> layers) => (_settings, _layers) = (settings, layers);

    /// <summary>The image of an engine, read once.</summary>
    public static Task<BusyboxImage> OfAsync(string engine) => Known.GetOrAdd(engine, static name => new(() => ReadAsync(name))).Value;

    /// <summary>
    /// The image with <c>/added</c>, as a registry keeps it. All is in one layer that is like no other: one that two
    /// images share is transferred once.
    /// </summary>
    public (byte[] Layer, byte[] Settings) WithFile(byte[] file)
    {
        var tar = TarWith(file);
        var settings = _settings.DeepClone().AsObject();
        settings["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(DigestOf(tar)) };
        settings.Remove("history");
        using var layer = new MemoryStream();
        using (var gzip = new GZipStream(layer, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(tar);
        }

        return (layer.ToArray(), Encoding.UTF8.GetBytes(settings.ToJsonString()));
    }

    /// <summary>How registries name a blob.</summary>
    public static string DigestOf(byte[] blob) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(blob))}";

    private static async Task<BusyboxImage> ReadAsync(string engine)
    {
        using var folder = new TempFolder();
        await Client.OutputAsync(engine, "save", "--output", folder["image.tar"], TestImages.Busybox);
        var files = new Dictionary<string, byte[]>();
        await using var tar = new TarReader(File.OpenRead(folder["image.tar"]));
        while (await tar.GetNextEntryAsync(copyData: true) is { } entry)
        {
            if (entry.DataStream is { } data)
            {
                var content = new byte[data.Length];
                await data.ReadExactlyAsync(content);
                files[entry.Name] = content;
            }
        }

        var manifest = JsonNode.Parse(files["manifest.json"])![0]!;
        return new(
            JsonNode.Parse(files[(string)manifest["Config"]!])!.AsObject(),
            [.. manifest["Layers"]!.AsArray().Select(path => files[(string)path!])]);
    }

    private byte[] TarWith(byte[] file)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var layer in _layers)
            {
                using var reader = new TarReader(new MemoryStream(layer));
                while (reader.GetNextEntry(copyData: true) is { } entry)
                {
                    writer.WriteEntry(entry);
                }
            }

            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "added") { DataStream = new MemoryStream(file) });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"unlike-{Guid.NewGuid():N}"));
        }

        return tar.ToArray();
    }
}
