using RestrictedRunner.Build.RemoteServers;
using RestrictedRunner.Build.SharedCache;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Cluster;

/// <summary>What a project says of a cluster.</summary>
/// <param name="Server">Where it is. Who asks is found as for a shared cache, which mostly is the same service.</param>
/// <param name="Properties">What its workers are told.</param>
internal sealed record ClusterSetting(SharedCacheSetting Server, ClusterProperties Properties)
{
    /// <summary>How many steps run there at once where the project does not say.</summary>
    public const int DefaultParallel = 50;

    private const string AddressProperty = "DockerExecRemote";
    private const string HeaderProperty = "DockerExecCacheHeader";
    private const string AddressForm = "it is grpc://host:port or grpcs://host, with the name of an instance behind it where the cluster has several";

    /// <summary>Its address, as the project has it.</summary>
    public string Address => Server.Url;

    /// <summary>False makes it an error when a step cannot run there.</summary>
    public bool FallsBack { get; init; } = true;

    /// <summary>How long it is waited for.</summary>
    public ClusterPatience Patience { get; init; } = new();

    /// <summary>What is wrong when no connection can be made: the property that says who asks, or whom to trust.</summary>
    /// <param name="failure">What <see cref="ServerConnection.AccessOf"/> or <see cref="ServerHandler.Of"/> has thrown.</param>
    public OptionProblem ProblemOf(ServerException failure)
    {
        var reason = $"it cannot be used: {(failure.InnerException ?? failure).Message.TrimEnd('.')}";
        return failure.Failure != ServerFailure.Certificate ? new(OptionProblemKind.ValueInvalid, HeaderProperty, Server.Header, "the environment variable of this name does not hold a header, 'Name: value'")
            : IsUsable(Server.Access with { ClientCertificate = "" }) ? new(OptionProblemKind.ValueInvalid, "DockerExecCacheCertificate", Server.Access.ClientCertificate, reason)
            : new(OptionProblemKind.ValueInvalid, "DockerExecCacheCaBundle", Server.Access.CaBundle, reason);
    }

    private static bool IsUsable(ServerAccess access)
    {
        try
        {
            ServerHandler.Of(access).Dispose();
            return true;
        }
        catch (ServerException)
        {
            return false;
        }
    }

    /// <summary>Reads the properties.</summary>
    /// <param name="server">Where it is.</param>
    /// <param name="properties">As <see cref="ClusterProperties.Read"/> takes them.</param>
    /// <param name="projectDirectory">Full path of the folder that relative paths start in.</param>
    /// <param name="host">The machine that builds.</param>
    /// <param name="problem">Is told what is wrong with them.</param>
    /// <returns>Null when that is the address.</returns>
    public static ClusterSetting? Read(SharedCacheProperties server, string properties, string projectDirectory, Host host, Action<OptionProblem> problem)
    {
        var read = ClusterProperties.Read(properties, (part, why) => problem(new(OptionProblemKind.ValueInvalid, "DockerExecRemoteProperties", part, why)));
        var setting = SharedCacheSetting.Read(server, projectDirectory, host, Tell);
        if (setting is { Access.IsGrpc: false })
        {
            problem(new(OptionProblemKind.ValueInvalid, AddressProperty, setting.Url, AddressForm));
            return null;
        }

        return setting is null ? null : new(setting, read);

        // What may hold a password is not repeated.
        void Tell(SharedCacheFault fault, string reason) => problem(fault switch
        {
            SharedCacheFault.UrlHasPassword => new(OptionProblemKind.ValueInvalid, AddressProperty, "***", "it holds a user or a password; write them into ~/.netrc, or let DockerExecCacheHeader name a variable with the header"),
            SharedCacheFault.HeaderInvalid => new(OptionProblemKind.ValueInvalid, HeaderProperty, "***", "it is the name of an environment variable"),
            _ => new(OptionProblemKind.ValueInvalid, AddressProperty, server.Url, $"{reason}; {AddressForm}"),
        });
    }
}
