using RestrictedRunner.Images;

namespace RestrictedRunner.Build.Images;

/// <summary>
/// What the names of images stand for in a project: what the engine says or, where there is none, what it said last.
/// </summary>
/// <param name="identities">What this build has heard of the engine.</param>
/// <param name="remembered">What earlier builds have.</param>
/// <param name="engine">Tells the engine.</param>
internal sealed class ProjectImages(ImageIdentities identities, RememberedImages remembered, StepOptions engine)
{
    /// <summary>Asks for those images that this build does not know yet.</summary>
    public void LookUp(IReadOnlyList<string> images, CancellationToken cancellation)
    {
        identities.LookUp(images, engine, cancellation);
        Remember(images);
    }

    /// <summary>Asks for an image that has been pulled meanwhile.</summary>
    public void LookUpAgain(string image, CancellationToken cancellation)
    {
        identities.LookUpAgain(image, engine, cancellation);
        Remember([image]);
    }

    /// <summary>The identity of an image; null when it is not known.</summary>
    public string? Find(string image) => identities.Find(image) ?? (identities.Absence is null ? null : remembered.Find(image));

    /// <summary>The same, or what it was when it was last there: of an image that is built again where it is needed.</summary>
    public string? FindOrRemembered(string image) => identities.Find(image) ?? remembered.Find(image);

    /// <summary>The engine's own name of an image; null when the engine does not have it, or there is none.</summary>
    public string? Id(string image) => identities.Id(image);

    /// <summary>True for an image that a registry has, as far as the engine knows; false where it does not answer.</summary>
    public bool IsOfRegistry(string image) => identities.IsOfRegistry(image);

    /// <summary>What the engine says of an image; null when it does not have it, or there is none. It is asked, if nobody has asked it in this build.</summary>
    public EngineImage? Describe(string image, CancellationToken cancellation) => identities.Describe(image, engine, cancellation);

    /// <summary>Why no step can run; null when the engine answers. Asks it for the image, if nobody has asked it in this build.</summary>
    public RunnerException? WhyAbsent(string image, CancellationToken cancellation) => identities.WhyAbsent(image, engine, cancellation);

    /// <summary>Why the engine could not be asked, for the first in a build who wants to say so of images whose identity is remembered; otherwise null.</summary>
    public RunnerException? AbsenceToTell(IEnumerable<string> images) =>
        identities.Absence is { } absence && images.Any(image => identities.Find(image) is null && remembered.Find(image) is not null) && identities.IsFirstToTell()
            ? absence
            : null;

    // Also what only a later file knew: the project's own is with its state.
    private void Remember(IEnumerable<string> images)
    {
        var ids = images.Where(static image => !ImageIdentities.IsDigest(image)).Distinct()
            .Select(image => (Image: image, Id: Find(image)))
            .Where(static known => known.Id is not null)
            .ToDictionary(static known => known.Image, static known => known.Id!);
        remembered.Remember(ids);
    }
}
