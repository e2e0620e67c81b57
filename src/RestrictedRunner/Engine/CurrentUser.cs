using System.Globalization;
using RestrictedRunner.Host;
using RestrictedRunner.Options;

namespace RestrictedRunner.Engine;

/// <summary>What <c>User="current"</c> means: what the step writes belongs to the user that runs this process.</summary>
/// <param name="Id"><c>uid:gid</c> of this process.</param>
/// <param name="Mapping">Who the users of a container are.</param>
internal sealed record CurrentUser(string Id, UserMapping Mapping)
{
    /// <summary>Value of <see cref="StepOptions.User"/> that means it.</summary>
    public const string Option = "current";

    private const string Root = "0:0";

    /// <summary>Finds out how the engine maps users; asks it only where this machine's own facts leave two answers.</summary>
    public static async Task<CurrentUser> OfAsync(EngineProcess engine, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
        {
            return new("", UserMapping.AllAreCaller);
        }

        // Root's engine runs as root. On macOS it is in a virtual machine, whose shared folders know the caller's own numbers.
        var mapping = OperatingSystem.IsLinux() && ProcessUser.Id != 0 ? EngineFacts.Read(engine.ClientPath).LikelyMapping : UserMapping.SameIds;
        if (mapping == UserMapping.RootIsCaller)
        {
            var answer = await engine.AskAsync(["info", "--format", "{{.OperatingSystem}} {{.SecurityOptions}}"], cancellation).ConfigureAwait(false);
            mapping = answer is { ExitCode: 0 } && MapsRootToCaller(answer.StandardOutput) ? mapping : UserMapping.SameIds;
        }

        return new(string.Create(CultureInfo.InvariantCulture, $"{ProcessUser.Id}:{ProcessUser.GroupId}"), mapping);
    }

    /// <summary>Reads docker's own word for how it runs.</summary>
    public static bool MapsRootToCaller(string info) =>
        info.Contains("name=rootless", StringComparison.Ordinal) || info.StartsWith("Docker Desktop ", StringComparison.Ordinal);

    /// <summary>The options of <c>docker run</c> for a step.</summary>
    /// <param name="options">Options that say nothing else about the user; a home folder of their own wins.</param>
    public IReadOnlyList<string> Arguments(StepOptions options)
    {
        IReadOnlyList<string> user = Mapping switch
        {
            UserMapping.SameIds => ["--user", Id],
            UserMapping.RootIsCaller => ["--user", Root],
            UserMapping.KeepsIds => ["--userns", "keep-id", "--user", Id],
            UserMapping.AllAreCaller => [],
            _ => throw new InvalidOperationException($"no user for {Mapping}"),
        };
        return user.Count == 0 || user[^1].StartsWith("0:", StringComparison.Ordinal) || HasHome(options)
            ? user
            // Of a user that the image does not know the engine says that its home is /, where it may not write.
            : [.. user, "--env", "HOME=/tmp"];
    }

    // Ours would win over the variables of a file, wherever it stands. Among options, the last wins.
    private static bool HasHome(StepOptions options) =>
        options.EnvironmentVariables.Any(variable => variable.Name == "HOME")
        || RunOpts.Split(options.DockerRunOpts).Any(word => word.StartsWith("--env-file", StringComparison.Ordinal));
}
