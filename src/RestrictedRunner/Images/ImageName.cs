namespace RestrictedRunner.Images;

/// <summary>The parts of an image's name.</summary>
internal static class ImageName
{
    /// <summary>The name without tag and digest.</summary>
    public static string Repository(string image)
    {
        var name = image.Split('@')[0];
        return name.IndexOf(':', name.LastIndexOf('/') + 1) is >= 0 and var colon ? name[..colon] : name;
    }
}
