using RestrictedRunner.Build.Text;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;

namespace RestrictedRunner.Build.Logging;

/// <summary>Images of the engine that may be meant by one that it does not have and that cannot be pulled.</summary>
internal static class NearImage
{
    private const int Most = 3;

    // Docker's short names: https://github.com/distribution/reference
    private static readonly string[] DefaultPlaces = ["docker.io/", "index.docker.io/", "localhost/", "library/"];

    /// <summary>Asks the engine for its images, in one call, where a failure is about an image. No other is meant by one that is locked.</summary>
    public static IReadOnlyList<string> Ask(RunnerFailure failure, StepOptions options, Host host) =>
        options.LockedName.Length == 0 && failure is RunnerFailure.ImageAbsent or RunnerFailure.ImageNotFound or RunnerFailure.PullUnauthorized or RunnerFailure.RegistryUnreachable or RunnerFailure.PullFailed
            ? Find(options.Image, EngineImages.NamesAsync(options, host).GetAwaiter().GetResult())
            : [];

    /// <summary>The images that may be meant, the likeliest first.</summary>
    /// <param name="image">A reference.</param>
    /// <param name="there">Those that the engine has, <c>name:tag</c>.</param>
    public static IReadOnlyList<string> Find(string image, IReadOnlyList<string> there)
    {
        var (name, tag) = Parts(image);
        var nearest = Spelling.Nearest(Last(name), there.Select(other => Last(Parts(other).Name)));
        return
        [
            .. there
                .Select(other => (Text: Short(other), Parts: Parts(other)))
                .Where(other => other.Parts != (name, tag) && (Last(other.Parts.Name) == Last(name) || Last(other.Parts.Name) == nearest))
                .DistinctBy(other => other.Text)
                .OrderBy(other => other.Parts.Name == name ? 0 : Last(other.Parts.Name) == Last(name) ? 1 : 2)
                .ThenBy(other => Spelling.Distance(tag, other.Parts.Tag))
                .ThenBy(other => other.Text, StringComparer.Ordinal)
                .Take(Most)
                .Select(other => other.Text),
        ];
    }

    private static (string Name, string Tag) Parts(string image)
    {
        var text = Short(image.Split('@')[0]);
        return text.IndexOf(':', text.LastIndexOf('/') + 1) is >= 0 and var colon ? (text[..colon], text[(colon + 1)..]) : (text, "latest");
    }

    private static string Short(string image) =>
        DefaultPlaces.Aggregate(image, (text, place) => text.StartsWith(place, StringComparison.Ordinal) ? text[place.Length..] : text);

    private static string Last(string name) => name[(name.LastIndexOf('/') + 1)..];
}
