using System.Diagnostics.CodeAnalysis;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>What kept a server from its work.</summary>
internal enum ServerFailure
{
    /// <summary>Nobody answers at the address, or the connection broke.</summary>
    Unreachable,

    /// <summary>It did not answer in time.</summary>
    TimedOut,

    /// <summary>It does not know who asks: no credentials, or wrong ones (401).</summary>
    Unauthorized,

    /// <summary>It knows, and does not let them (403).</summary>
    Forbidden,

    /// <summary>Its certificate is not trusted, or it wants one of ours.</summary>
    Certificate,

    /// <summary>What answers speaks another protocol, or another version of it.</summary>
    WrongProtocol,

    /// <summary>It has no room.</summary>
    Full,

    /// <summary>Something is larger than it takes. It may take others.</summary>
    TooLarge,

    /// <summary>It lacks a blob that it was to have.</summary>
    BlobMissing,

    /// <summary>What it sent is not what was asked for.</summary>
    WrongContent,

    /// <summary>It says that it cannot for another reason.</summary>
    Refused,

    /// <summary>It is not the server: this machine could not do its part.</summary>
    ThisMachine,
}

/// <summary>A server could not do what it was asked for.</summary>
/// <param name="failure">What kept it from that.</param>
/// <param name="message">The same in words, with what the server or the system said.</param>
/// <param name="cause">What the system said.</param>
[SuppressMessage("Design", "CA1064:Exceptions should be public", Justification = "Nobody outside hears of it: a build tells it in a diagnostic, or does without the server.")]
internal sealed class ServerException(ServerFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What kept the server from its work.</summary>
    public ServerFailure Failure => failure;
}
