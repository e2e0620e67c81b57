using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.State;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;

namespace RestrictedRunner.Build.Dockerfiles;

/// <summary>What an image is built from, as it is at one moment: all but the images that its Dockerfile names.</summary>
/// <param name="Image">The item.</param>
/// <param name="Dockerfile">The Dockerfile.</param>
/// <param name="Hash">A hash of Dockerfile, context, arguments, target and platform.</param>
internal sealed record ImageSource(DeclaredImage Image, Dockerfile Dockerfile, string Hash)
{
    // Another form of what is hashed gets another number.
    private const string Form = "1";
    private const int HashLength = 20;
    private const int LongestTag = 40;

    // What is gone each time was not removed by chance.
    private const int MostLooks = 10;

    /// <summary>The images that it starts from or copies from.</summary>
    public required IReadOnlyList<BaseImage> Bases { get; init; }

    /// <summary>Full path of the file that says what of the context is left out; empty for none.</summary>
    public required string IgnoreFile { get; init; }

    /// <summary>All that was looked at.</summary>
    public required IReadOnlyList<SeenPath> Seen { get; init; }

    /// <summary>Full paths of the folders among it.</summary>
    public required IReadOnlyList<string> Folders { get; init; }

    /// <summary>Those of the bases that are named by what may stand for another image tomorrow.</summary>
    public IEnumerable<BaseImage> NamedBases => Bases.Where(static image => image.IsKnown && !Images.ImageIdentities.IsDigest(image.Name));

    /// <summary>Reads Dockerfile and context.</summary>
    /// <param name="image">The item.</param>
    /// <param name="known">Path of the file that remembers what was read before.</param>
    /// <param name="isPodman">True for podman, which knows more names of the file that leaves out parts of the context.</param>
    /// <param name="host">The machine that builds.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <param name="remember">False remembers nothing of what is read.</param>
    /// <exception cref="ImageSourceException">It is not there, or not what it has to be.</exception>
    public static ImageSource Read(DeclaredImage image, string known, bool isPodman, Host host, CancellationToken cancellation, bool remember = true)
    {
        if (!File.Exists(image.Dockerfile))
        {
            throw new ImageSourceException(ImageFault.DockerfileAbsent, image.Dockerfile);
        }

        if (!Directory.Exists(image.Context))
        {
            throw new ImageSourceException(ImageFault.ContextAbsent, image.Context);
        }

        for (var look = 1; ; look++)
        {
            try
            {
                return ReadOnce(image, known, isPodman, host, remember, cancellation);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && look < MostLooks)
            {
                // An editor's file, say, was there when it was looked for, and gone when it was read.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ImageSourceException(ImageFault.Unreadable, image.Context, e.Message);
            }
        }
    }

    /// <summary>
    /// The image's name, which is another one for whatever else it would be built from. So whoever builds from the same gets
    /// the same image, and what an earlier checkout has built is still there.
    /// </summary>
    /// <param name="identity">What a base stands for; null when that is not known.</param>
    /// <returns>Null when that of a base is not known.</returns>
    public string? Name(Func<BaseImage, string?> identity)
    {
        List<string> bases = [];
        foreach (var image in Bases)
        {
            if (!image.IsKnown || Images.ImageIdentities.IsDigest(image.Name))
            {
                bases.Add(image.Name);
            }
            else if (identity(image) is { } content)
            {
                bases.Add($"{image.Name} {image.Platform} {content}");
            }
            else
            {
                return null;
            }
        }

        return $"restricted-runner/{HashOf([Hash, .. bases])[..HashLength]}:{Tag(Image.Name)}";
    }

    private static ImageSource ReadOnce(DeclaredImage image, string known, bool isPodman, Host host, bool remember, CancellationToken cancellation)
    {
        var places = Dockerfiles.IgnoreFile.Places(image.Dockerfile, image.Context, isPodman, host.Paths);
        List<SeenPath> seen = [SeenPath.Now(image.Dockerfile), SeenPath.Now(image.Context), .. places.Select(SeenPath.Now)];
        var text = File.ReadAllText(image.Dockerfile);
        var ignore = Ignore(places, host);
        var context = BuildContext.Find(image.Context, ignore);
        if (context.RawNames.Count > 0)
        {
            throw new ImageSourceException(ImageFault.NameNotUtf8, RawName.Shown(context.RawNames[0]));
        }

        var digests = FileDigests.Of(context.Files, known, DigestCache.Today, cancellation, remember);
        var dockerfile = Dockerfile.Parse(text);
        return new(image, dockerfile, HashOf(
            [
                Form,
                text,
                .. List(image.Arguments.Order(StringPairs).SelectMany(static argument => new[] { argument.Key, argument.Value })),
                image.Target,
                image.Platform,
                .. List(digests.SelectMany(static file => new[] { file.File.Path, (file.Digest ?? throw file.Problem!).Hash, Mode(BuildContext.PermissionsOf(file.File.Stamp.Mode)) })),
                .. List(context.Links.Order(StringPairs).SelectMany(static link => new[] { link.Key, link.Value })),
                .. List(context.Folders.OrderBy(static folder => folder.Key, StringComparer.Ordinal).SelectMany(static folder => new[] { folder.Key, Mode(folder.Value) })),
            ]))
        {
            Bases = dockerfile.Bases(image.Arguments, image.Target),
            IgnoreFile = ignore.Path,
            Seen = [.. seen, .. context.Files.Select(static file => SeenPath.Of(file.FullPath, file.Stamp)), .. context.LookedInto.Select(SeenPath.Now), .. context.Links.Keys.Select(link => SeenPath.Now(host.Paths.At(image.Context, link)))],
            Folders = context.LookedInto,
        };
    }

    private static IgnoreFile Ignore(IReadOnlyList<string> places, Host host)
    {
        var place = places.FirstOrDefault(File.Exists, "");
        try
        {
            return place.Length == 0 ? new("", []) : Dockerfiles.IgnoreFile.Read(place, host.IsWindows);
        }
        catch (IgnorePatternException e)
        {
            throw new ImageSourceException(ImageFault.PatternInvalid, place, $"'{e.Pattern}': {e.Message}") { Line = e.Line };
        }
    }

    private static Comparer<KeyValuePair<string, string>> StringPairs { get; } = Comparer<KeyValuePair<string, string>>.Create(static (x, y) => string.CompareOrdinal(x.Key, y.Key));

    private static string Mode(uint mode) => mode.ToString(CultureInfo.InvariantCulture);

    private static string[] List(IEnumerable<string> texts)
    {
        string[] list = [.. texts];
        return [list.Length.ToString(CultureInfo.InvariantCulture), .. list];
    }

    // Each with its length, so that two lists are never one.
    private static string HashOf(IEnumerable<string> texts)
    {
        var all = new StringBuilder();
        foreach (var text in texts)
        {
            all.Append(CultureInfo.InvariantCulture, $"{text.Length}:").Append(text);
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString()))).ToLowerInvariant();
    }

    // A tag takes letters, digits and "-_.", and does not begin with the last two.
    private static string Tag(string name)
    {
        var tag = string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' ? c : '-')).TrimStart('.', '-');
        return tag.Length == 0 ? "image" : tag[..Math.Min(tag.Length, LongestTag)];
    }
}
