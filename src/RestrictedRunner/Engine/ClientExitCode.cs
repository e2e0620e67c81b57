namespace RestrictedRunner.Engine;

/// <summary>What the exit code of a client that ran a container says of the client's end. The command's own is handed on, so that none is sure to be the client's.</summary>
internal static class ClientExitCode
{
    private const int EndedBySignal = 128;

    // Docker's client gives up on the third SIGINT or SIGTERM with this code, and leaves its container running.
    private const int GivenUp = 1;

    // Also of a connection that broke off, to an engine that goes on with what it was asked for.
    private const int NotStarted = 125;

    /// <summary>True when a signal may have ended the client. On Windows a program that is ended from outside has a negative code.</summary>
    public static bool MayBeOfSignal(int exitCode) => exitCode is > EndedBySignal or < 0;

    /// <summary>True when the client may have ended while its container went on.</summary>
    public static bool MayBeOfGivingUp(int exitCode) => exitCode == GivenUp;

    /// <summary>True when a client may end so that has started nothing.</summary>
    /// <param name="exitCode">Its exit code.</param>
    /// <param name="isPodman">Podman ends so too, and silently, when a signal comes before it has started its container.</param>
    /// <param name="wasCreated">Once a container is there, only a start that fails is the client's to tell.</param>
    public static bool MayBeOfNoStart(int exitCode, bool isPodman, bool? wasCreated) =>
        exitCode is NotStarted or 126 or 127 || (isPodman && exitCode is 0 or 1 or 2) || (exitCode == 1 && wasCreated != true);

    /// <summary>True when the client was through with all that it had begun.</summary>
    public static bool IsOfItsOwnEnd(int exitCode) => exitCode != NotStarted && !MayBeOfSignal(exitCode) && !MayBeOfGivingUp(exitCode);
}
