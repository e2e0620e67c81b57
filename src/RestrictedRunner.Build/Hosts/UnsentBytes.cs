using System.Net.Sockets;

namespace RestrictedRunner.Build.Hosts;

/// <summary>
/// How much of what is written to a connection waits in the system. Linux takes megabytes at once, so that whoever writes them knows for seconds
/// nothing of whether they travel.
/// </summary>
internal static class UnsentBytes
{
    // As browsers and servers have it. What is on its way to the other side does not count, so nothing becomes slower.
    private const int Most = 128 * 1024;

    private const int Tcp = 6;
    private const int OnLinux = 25;
    private const int OnMacOS = 0x201;

    /// <summary>Lets little wait, where the system can do that: https://man7.org/linux/man-pages/man7/tcp.7.html, TCP_NOTSENT_LOWAT.</summary>
    public static void Limit(Socket socket)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            try
            {
                socket.SetRawSocketOption(Tcp, OperatingSystem.IsLinux() ? OnLinux : OnMacOS, BitConverter.GetBytes(Most));
            }
            catch (SocketException)
            {
                // A system that cannot, or no TCP.
            }
        }
    }
}
