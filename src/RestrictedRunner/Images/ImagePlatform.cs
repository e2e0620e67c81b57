using System.Runtime.InteropServices;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Images;

/// <summary>Names of platforms: <c>os/architecture[/variant]</c>, each with one spelling.</summary>
internal static class ImagePlatform
{
    // https://github.com/containerd/platforms/blob/main/database.go
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.Ordinal)
    {
        ["x86_64"] = "amd64",
        ["x86-64"] = "amd64",
        ["amd64/v1"] = "amd64",
        ["i386"] = "386",
        ["aarch64"] = "arm64",
        ["arm64/v8"] = "arm64",
        ["arm64/8"] = "arm64",
        ["arm"] = "arm/v7",
        ["arm/7"] = "arm/v7",
        ["armhf"] = "arm/v7",
        ["armel"] = "arm/v6",
    };

    /// <summary>That of containers on a machine's own processor. They have Linux on every host.</summary>
    public static string Of(Host host) => Of("linux", host.Architecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.X86 => "386",
        Architecture.LoongArch64 => "loong64",
        var other => other.ToString().ToLowerInvariant(),
    });

    /// <summary>The platform of a system, an architecture and a variant, which may be empty.</summary>
    public static string Of(string system, string architecture, string variant = "") =>
        OneSpelling(variant.Length == 0 ? $"{system}/{architecture}" : $"{system}/{architecture}/{variant}");

    /// <summary>The one spelling of a platform.</summary>
    public static string OneSpelling(string platform)
    {
        var lower = platform.ToLowerInvariant();
        var slash = lower.IndexOf('/', StringComparison.Ordinal);
        var (system, architecture) = (lower[..(slash + 1)], lower[(slash + 1)..]);
        var known = OtherNames.GetValueOrDefault(architecture, architecture);
        return system + OtherNames.GetValueOrDefault(known, known);
    }
}
