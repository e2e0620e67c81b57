using System.Text;
using RestrictedRunner.Build.Hosts;

namespace RestrictedRunner.Build.Images;

/// <summary>What the names of images stood for when an engine was last asked, for builds that find none.</summary>
/// <param name="Files">
/// Where it is remembered. What an earlier file tells counts; the later ones are for projects that have built nothing yet,
/// or were cleaned.
/// </param>
internal sealed record RememberedImages(IReadOnlyList<string> Files)
{
    // A build server may give each of its builds a tag.
    private const int Most = 1000;

    /// <summary>True leaves the files as they are.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The digest or id of an image; null when it is not known.</summary>
    public string? Find(string image) => Files.Select(file => Load(file).GetValueOrDefault(image)).FirstOrDefault(static id => id is not null);

    /// <summary>Remembers images. While the first file has them all, no other is touched.</summary>
    /// <param name="ids">Digests or ids by the names of the images.</param>
    public void Remember(IReadOnlyDictionary<string, string> ids)
    {
        foreach (var file in IsReadOnly ? [] : Files.TakeWhile(file => !Has(Load(file), ids)))
        {
            using var newFile = NewFile.Beside(file);
            var lines = Load(file).Where(known => !ids.ContainsKey(known.Key)).Concat(ids).TakeLast(Most).Select(known => $"{Uri.EscapeDataString(known.Key)} {known.Value}\n");
            newFile?.Save(file, Encoding.UTF8.GetBytes(string.Concat(lines)));
        }
    }

    private static bool Has(Dictionary<string, string> known, IReadOnlyDictionary<string, string> ids) =>
        ids.All(image => known.GetValueOrDefault(image.Key) == image.Value);

    private static Dictionary<string, string> Load(string file)
    {
        try
        {
            return File.ReadLines(file).Select(static line => line.Split(' ')).ToDictionary(static words => Uri.UnescapeDataString(words[0]), static words => words[1]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException or ArgumentException)
        {
            return [];
        }
    }
}
