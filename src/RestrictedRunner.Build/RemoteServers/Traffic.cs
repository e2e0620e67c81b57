using System.Diagnostics;
using System.Net.Sockets;

namespace RestrictedRunner.Build.RemoteServers;

/// <summary>How much goes to a server and comes from it, over all connections.</summary>
internal sealed class Traffic
{
    private long _bytes;
    private long _heard = Stopwatch.GetTimestamp();

    /// <summary>Bytes in both directions. Of those that were sent, a few may still wait in the system: <see cref="Hosts.UnsentBytes"/>.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>When something came, as a timestamp of <see cref="Stopwatch"/>: a server that takes what is sent says so.</summary>
    public long Heard => Interlocked.Read(ref _heard);

    /// <summary>A connection, whose bytes are counted.</summary>
    public Stream Count(Socket socket) => new Counted(socket, this);

    private sealed class Counted(Socket socket, Traffic traffic) : NetworkStream(socket, ownsSocket: true)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref traffic._bytes, count);
            Interlocked.Exchange(ref traffic._heard, Stopwatch.GetTimestamp());
            return count;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await base.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref traffic._bytes, buffer.Length);
        }
    }
}
