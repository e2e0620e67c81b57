using System.Globalization;
using RestrictedRunner.Engine;

namespace RestrictedRunner.Images;

/// <summary>What builds images for a client.</summary>
internal enum ImageBuilder
{
    /// <summary>Docker's first builder, which clients have until they get buildx.</summary>
    Classic,

    /// <summary>BuildKit as docker's client had it in itself, up to version 22.</summary>
    BuildKit,

    /// <summary>BuildKit by docker's plugin buildx.</summary>
    Buildx,

    /// <summary>Podman's own.</summary>
    Podman,
}

/// <summary>Finds the builder of a client.</summary>
internal static class ImageBuilders
{
    // From it on the client has BuildKit by its plugin only.
    private const int FirstWithoutBuildKit = 23;

    /// <summary>
    /// BuildKit where the client has it, unless the variable <c>DOCKER_BUILDKIT</c> is 0. Podman is known without a question, of
    /// docker's client one or two are asked that no engine has to answer.
    /// </summary>
    public static async Task<ImageBuilder> FindAsync(EngineProcess engine, CancellationToken cancellation)
    {
        if (!engine.MayBeKilled)
        {
            return ImageBuilder.Podman;
        }

        if (engine.Host.Variable("DOCKER_BUILDKIT") is "0" or "false")
        {
            return ImageBuilder.Classic;
        }

        if (await engine.AskAsync(["buildx", "version"], cancellation).ConfigureAwait(false) is { ExitCode: 0 })
        {
            return ImageBuilder.Buildx;
        }

        var version = (await engine.AskAsync(["--version"], cancellation).ConfigureAwait(false))?.StandardOutput ?? "";
        return IsOlder(version) ? ImageBuilder.BuildKit : ImageBuilder.Classic;
    }

    // "Docker version 20.10.24+dfsg1, build 297e128".
    private static bool IsOlder(string version) =>
        version.Split(' ') is ["Docker", "version", var number, ..]
        && int.TryParse(number.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
        && major < FirstWithoutBuildKit;
}
