using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.Images;
using RestrictedRunner.Hosts;
using RestrictedRunner.Images;

namespace RestrictedRunner.Build.Locking;

/// <summary>An image that a step names and a lock file does not have.</summary>
/// <param name="Image">Its name.</param>
/// <param name="Platform">The platform that the step needs.</param>
/// <param name="Known">The platforms that the file has the image for; none when it does not have it at all.</param>
internal sealed record LockGap(string Image, string Platform, IReadOnlyList<string> Known);

/// <summary>Lets steps run what a project's lock file says.</summary>
/// <param name="file">The file; null where there is none.</param>
/// <param name="host">The machine that builds.</param>
internal sealed class ImageLock(LockFile? file, Host host)
{
    /// <summary>Reads a lock file.</summary>
    /// <param name="path">Full path; empty for none.</param>
    /// <param name="host">The machine that builds.</param>
    /// <exception cref="LockFileException">It is no lock file, or one of another version.</exception>
    public static ImageLock Load(string path, Host host)
    {
        try
        {
            return new(path.Length == 0 ? null : LockFileReader.Read(NewFile.Read(path)), host);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LockFileException(0, e.Message.TrimEnd('.'));
        }
    }

    /// <summary>The options with the image that the file says.</summary>
    /// <param name="options">Those of a step or task.</param>
    /// <param name="missing">Is told of an image that the file does not have. One that is named by digest or id is locked already.</param>
    public StepOptions Apply(StepOptions options, Action<LockGap> missing)
    {
        if (file is null || ImageIdentities.IsDigest(options.Image) || StepOptionRules.CheckPull(options).Count > 0)
        {
            return options;
        }

        var locked = file.Images.GetValueOrDefault(options.Image);
        if (locked?.Reference(options.Image, options.Platform, host) is not { } reference)
        {
            missing(new(options.Image, options.Platform.Length > 0 ? options.Platform : ImagePlatform.Of(host), locked is null ? [] : [.. locked.Digests.Keys.Order(StringComparer.Ordinal)]));
            return options;
        }

        // No registry has an image of that id, and one may have something else of that name.
        return options with { Image = reference, LockedName = options.Image, Pull = locked.IsLocal ? PullPolicy.Never : options.Pull };
    }
}
