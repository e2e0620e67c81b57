using RestrictedRunner.Hosts;

namespace RestrictedRunner.Engine;

/// <summary>A name by which a client knows an engine: a context of docker's, a connection of podman's.</summary>
internal static class EngineContext
{
    /// <summary>The words that choose it; none for the engine that the client chooses itself.</summary>
    /// <param name="context">Value of <see cref="StepOptions.Context"/>.</param>
    /// <param name="clientPath">Path of the client.</param>
    /// <param name="host">The machine.</param>
    /// <exception cref="RunnerException">Docker's client has no such context. Podman's is not asked: it tells so itself.</exception>
    public static IReadOnlyList<string> Words(string context, string clientPath, Host host)
    {
        if (context.Length == 0)
        {
            return [];
        }

        if (EngineFacts.IsPodmanClient(clientPath))
        {
            return ["--connection", context];
        }

        var settings = DockerSettings.Of(host);
        return settings.HasContext(context)
            ? ["--context", context]
            : throw new RunnerException(RunnerFailure.ContextNotFound, $"docker has no context '{context}'; it has {string.Join(", ", settings.Contexts())}");
    }
}
