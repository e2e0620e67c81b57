using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace RestrictedRunner.ServerTests;

/// <summary>Messages that no library of gRPC would send.</summary>
public class BadMessageTests
{
    private const int Unpacked = 500_000_000;

    /// <summary>What comes in place of a message, and what it says that it is packed with.</summary>
    public static TheoryData<string, byte[], string, string> Messages => new()
    {
        { "packed with nothing", [1, 0, 0, 0, 0], "", nameof(ServerFailure.Refused) },
        { "packed with something that nobody has", [1, 0, 0, 0, 0], "lzma", nameof(ServerFailure.WrongProtocol) },
        { "a flag that there is not", [7, 0, 0, 0, 0], "", nameof(ServerFailure.Refused) },
        { "longer than there are numbers", [0, 0xff, 0xff, 0xff, 0xff], "", nameof(ServerFailure.Refused) },
        { "longer than a message may be", [0, 0x7f, 0xff, 0xff, 0xff], "", nameof(ServerFailure.WrongContent) },
        { "shorter than it says", [0, 0, 0, 1, 0, 7], "", nameof(ServerFailure.Refused) },
        { "no message", [], "", nameof(ServerFailure.Refused) },
        { "no message of ours", [0, 0, 0, 0, 3, 0xff, 0xff, 0xff], "", nameof(ServerFailure.WrongProtocol) },
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task What_is_no_message_is_told(string what, byte[] message, string packing, string failure) =>
        Assert.Equal($"{what}: {failure}", $"{what}: {await FailureAsync(message, packing)}");

    // A message of half a megabyte, which no limit for messages counts as what it unpacks to.
    [Fact]
    public async Task A_packed_message_is_not_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1_000_000];
            for (var i = 0; i < Unpacked; i += zeros.Length)
            {
                gzip.Write(zeros);
            }
        }

        byte[] message = [1, 0, 0, 0, 0, .. packed.ToArray()];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), (int)packed.Length);
        var before = GC.GetTotalAllocatedBytes();

        Assert.Equal(ServerFailure.WrongContent, await FailureAsync(message, "gzip"));

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, Unpacked);
    }

    private static async Task<ServerFailure> FailureAsync(byte[] message, string packing)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static port => port.Protocols = HttpProtocols.Http2));
        await using var application = builder.Build();
        application.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            if (packing.Length > 0)
            {
                context.Response.Headers["grpc-encoding"] = packing;
            }

            context.Response.DeclareTrailer("grpc-status");
            await context.Response.Body.WriteAsync(message, context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await application.StartAsync(TestContext.Current.CancellationToken);
        using var connected = new Connected(new Uri(application.Urls.Single()));
        return (await Assert.ThrowsAsync<ServerException>(() => connected.Connection.CapabilitiesAsync(TestContext.Current.CancellationToken))).Failure;
    }
}
