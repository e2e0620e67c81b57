using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace RestrictedRunner.Tests;

/// <summary>To root no permission is denied, so what is about permissions runs as somebody else.</summary>
internal static class UserWithoutRoot
{
    // The user "nobody" of Linux, to whom nothing belongs.
    private const nint Nobody = 65534;

    private static nint SetUserOfThread => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 147 : 117;

    /// <summary>Runs the action on a thread that is no root's; the C library would change all threads.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "It is thrown on the thread of the test, whatever it is.")]
    public static void Run(Action action)
    {
        Needs.Permissions();
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Assert.Equal(0, Here.Host.UserId == 0 ? CallSystem(SetUserOfThread, Nobody, Nobody, Nobody) : 0);
                action();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    [DllImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint CallSystem(nint number, nint real, nint effective, nint saved);
}
