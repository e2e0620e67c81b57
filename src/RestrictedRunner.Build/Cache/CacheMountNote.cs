using RestrictedRunner.Options;

namespace RestrictedRunner.Build.Cache;

/// <summary>What is noted of a cache mount at each use.</summary>
/// <param name="Mount">Its name and whose it is, for messages: <c>'npm' of /src/a.csproj</c>.</param>
/// <param name="User">Who used it last, for messages: <c>step 'Restore' of /src/a.csproj</c>.</param>
/// <param name="Engine">The engine whose container it was.</param>
/// <param name="Image">The image of that.</param>
internal sealed record CacheMountNote(string Mount, string User, EngineChoice Engine, string Image)
{
    /// <summary>Nothing is known.</summary>
    public static CacheMountNote None { get; } = new("", "", new(""), "");

    /// <summary>A line for each part.</summary>
    public string Text => string.Concat(new[] { Mount, User, Engine.Client, Image, Engine.Context }.Select(static part => $"{part.ReplaceLineEndings(" ")}\n"));

    /// <summary>Reads a <see cref="Text"/>; one that is half written tells nothing.</summary>
    public static CacheMountNote Parse(string text) => text.Split('\n') is [var mount, var user, var engine, var image, var context, ""] ? new(mount, user, new(engine, context), image) : None;
}
