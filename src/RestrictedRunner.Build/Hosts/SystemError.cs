using System.Runtime.InteropServices;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Hosts;

/// <summary>Why a call of the C library failed.</summary>
/// <param name="Number">Its <c>errno</c>.</param>
internal readonly record struct SystemError(int Number)
{
    private const int NotPermitted = 1;
    private const int NoEntry = 2;
    private const int AccessDenied = 13;
    private const int AlreadyThere = 17;
    private const int NoFolder = 20;

    private static readonly int NotEmpty = OperatingSystem.IsLinux() ? 39 : 66;

    /// <summary>True when nothing is at the path.</summary>
    public bool IsNotThere => Number is NoEntry or NoFolder;

    /// <summary>True for a folder that cannot be removed because something is in it.</summary>
    public bool IsNotEmpty => Number == AlreadyThere || Number == NotEmpty;

    /// <summary>Why a call failed; null when it did not.</summary>
    /// <param name="call">Returns false when it failed.</param>
    public static SystemError? Of(Func<bool> call)
    {
        // What reads the number is loaded before there is one: MSBuild finds an assembly by calls that have errors, too.
        _ = Marshal.GetLastPInvokeError();
        return call() ? null : new(Marshal.GetLastPInvokeError());
    }

    /// <summary>What .NET throws for it.</summary>
    /// <param name="path">The path of the call, a <see cref="RawName"/>.</param>
    public Exception Exception(string path) => Number is AccessDenied or NotPermitted
        ? new UnauthorizedAccessException($"Access to the path '{RawName.Shown(path)}' is denied.{Owner(path)}")
        : new IOException($"{Marshal.GetPInvokeErrorMessage(Number)} : '{RawName.Shown(path)}'", Number);

    private static string Owner(string path) =>
        Path.GetDirectoryName(path) is { } folder && FileStatus.Of(folder)?.OwnerId is { } owner && owner != ProcessUser.Id ? $" It is in a folder that belongs to user {owner}." : "";
}
