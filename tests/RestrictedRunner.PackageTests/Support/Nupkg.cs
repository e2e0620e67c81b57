using System.IO.Compression;
using System.Xml.Linq;

namespace RestrictedRunner.PackageTests;

/// <summary>What is in a package.</summary>
internal sealed class Nupkg : IDisposable
{
    private readonly ZipArchive _archive;

    public Nupkg(string path) => _archive = ZipFile.OpenRead(path);

    /// <summary>Our package.</summary>
    public static Nupkg Ours() => new(TestRun.PackagePath);

    /// <summary>Paths of the files, without those that only the format needs.</summary>
    public IReadOnlyList<string> Files =>
    [
        .. _archive.Entries.Select(entry => entry.FullName)
            .Where(name => name != "[Content_Types].xml" && !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The element <c>metadata</c> of the nuspec, its names without a namespace.</summary>
    public XElement Metadata()
    {
        var nuspec = XElement.Parse(Text(Files.Single(name => name.EndsWith(".nuspec", StringComparison.Ordinal))));
        foreach (var element in nuspec.DescendantsAndSelf())
        {
            element.Name = element.Name.LocalName;
        }

        return nuspec.Element("metadata")!;
    }

    public string Text(string file)
    {
        using var reader = new StreamReader(_archive.GetEntry(file)!.Open());
        return reader.ReadToEnd();
    }

    public byte[] Bytes(string file)
    {
        using var content = new MemoryStream();
        using var stream = _archive.GetEntry(file)!.Open();
        stream.CopyTo(content);
        return content.ToArray();
    }

    public void Dispose() => _archive.Dispose();
}
