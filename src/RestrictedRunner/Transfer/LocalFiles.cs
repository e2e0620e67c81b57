namespace RestrictedRunner.Transfer;

/// <summary>What can be wrong with files of this machine that are to be copied.</summary>
internal static class LocalFiles
{
    /// <summary>Reads files.</summary>
    /// <exception cref="RunnerException">They cannot be read.</exception>
    public static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunnerException(RunnerFailure.TransferFailed, e.Message, e);
        }
    }

    /// <inheritdoc cref="Read{T}"/>
    public static void Read(Action read) =>
        Read(() =>
        {
            read();
            return true;
        });

    /// <summary>The failure for a folder that is not what it was when it was read for its digest.</summary>
    public static RunnerException Changed(CopiedMount mount) => new(RunnerFailure.TransferFailed, $"'{mount.HostPath}' was changed while it was copied.");
}
