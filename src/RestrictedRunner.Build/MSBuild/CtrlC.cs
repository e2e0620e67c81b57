using System.Runtime.InteropServices;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.MSBuild;

/// <summary>
/// Ctrl-C in a terminal, as every process of the build gets it. MSBuild cancels its tasks too, but not while it waits for a
/// worker node that is starting: one which the same Ctrl-C has ended it gives up after 30 s (MSBuild 18.9: 11 of 12
/// builds with <c>-m:3</c>, interrupted as their first step began). The command of an <c>Exec</c> gets the signal itself.
/// </summary>
internal static class CtrlC
{
    /// <summary>Calls back at each Ctrl-C, until the watch is disposed of.</summary>
    public static PosixSignalRegistration Watch(Action onCtrlC) => PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Call(onCtrlC));

    /// <summary>
    /// Calls back when the console of Windows is closed, which then ends the process after five seconds. A terminal of Unix that is
    /// closed ends the build at once, and leaves the rest to the reaper.
    /// </summary>
    /// <returns>Null where there is no such console.</returns>
    public static PosixSignalRegistration? WatchClose(Action onClose, Host host) =>
        host.IsWindows ? PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => Call(onClose)) : null;

    private static void Call(Action onCtrlC)
    {
        try
        {
            onCtrlC();
        }
        catch (ObjectDisposedException)
        {
            // The step has ended while this was on its way.
        }
    }
}
