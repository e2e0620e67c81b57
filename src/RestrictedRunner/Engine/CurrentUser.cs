using System.Globalization;
using RestrictedRunner.Hosts;
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
    /// <param name="engine">The client.</param>
    /// <param name="context">Value of <see cref="StepOptions.Context"/>.</param>
    /// <param name="cancellation">Ends the question.</param>
    public static async Task<CurrentUser> OfAsync(EngineProcess engine, string context, CancellationToken cancellation)
    {
        var host = engine.Host;
        if (host.IsWindows)
        {
            return new("", UserMapping.AllAreCaller);
        }

        // Root's engine runs as root.
        var facts = host.UserId == 0 ? null : EngineFacts.Read(engine.ClientPath, context, host);
        var mapping = facts is null ? UserMapping.SameIds : LikelyMapping(host.Kind, facts);
        if (Question(host.Kind, mapping) is { } question)
        {
            var answer = await engine.AskAsync(["info", "--format", question], cancellation).ConfigureAwait(false);
            mapping = answer is { ExitCode: 0 } && Confirms(mapping, answer.StandardOutput) ? mapping : UserMapping.SameIds;
        }

        return new(string.Create(CultureInfo.InvariantCulture, $"{host.UserId}:{host.GroupId}"), mapping);
    }

    /// <summary>
    /// The mapping as far as facts go that nobody has to be asked for. On macOS every engine is in a virtual machine, whose shared
    /// folders know the caller's own numbers; a podman machine may run as another user there.
    /// </summary>
    public static UserMapping LikelyMapping(HostKind host, EngineFacts facts) =>
        host != HostKind.MacOS ? facts.LikelyMapping
        : facts.IsPodman ? UserMapping.MachineKeepsIds
        : UserMapping.SameIds;

    /// <summary>What the engine is to be asked for, because the facts leave two answers; null where they do not.</summary>
    public static string? Question(HostKind host, UserMapping mapping) => mapping switch
    {
        UserMapping.RootIsCaller => "{{.OperatingSystem}} {{.SecurityOptions}}",
        UserMapping.MachineKeepsIds when host == HostKind.MacOS => "{{.Host.Security.Rootless}}",
        _ => null,
    };

    private static bool Confirms(UserMapping mapping, string answer) => mapping == UserMapping.RootIsCaller ? MapsRootToCaller(answer) : answer.Trim() == "true";

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
            UserMapping.MachineKeepsIds => ["--userns", $"keep-id:uid={Id.Split(':')[0]},gid={Id.Split(':')[1]}", "--user", Id],
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
