namespace RestrictedRunner.BuildHost;

/// <summary>One build: a line of JSON.</summary>
/// <param name="Folder">Where it starts.</param>
/// <param name="Environment">All of its environment variables.</param>
/// <param name="Arguments">What MSBuild is called with.</param>
public sealed record BuildRequest(string Folder, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Arguments)
{
    /// <summary>What the line that ends a build begins with; the exit code follows. No build prints this character.</summary>
    public const char End = '\0';
}
