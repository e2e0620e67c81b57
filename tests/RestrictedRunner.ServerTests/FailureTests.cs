using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;

namespace RestrictedRunner.ServerTests;

/// <summary>What keeps a server from its work, told in words that say what to do. Each is the real thing.</summary>
public class FailureTests
{
    private const string NoApi = "what answers there is no server of the Remote Execution API, or lacks a part of it: ";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_listens() =>
        await AssertAsync(ServerFailure.Unreachable, "it cannot be reached: Connection refused", Connected.Access($"grpc://127.0.0.1:{Registry.FreePort()}"));

    [Fact]
    public async Task A_name_that_nobody_has() =>
        await AssertAsync(ServerFailure.Unreachable, "it cannot be reached: Name or service not known", Connected.Access("grpc://nosuch.invalid:8980"));

    // Linux drops what comes to a full queue, as a firewall does.
    [Fact]
    public async Task Packets_that_are_dropped_cost_one_second()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var address = (IPEndPoint)listener.LocalEndPoint!;
        using var first = new TcpClient();
        await first.ConnectAsync(address, Cancellation);

        var watch = Stopwatch.StartNew();
        await AssertAsync(ServerFailure.Unreachable, "it cannot be reached: no connection within 1 s", Connected.Access($"grpc://127.0.0.1:{address.Port}"));

        Assert.True(await Pace.IsWithinAsync(TimeSpan.FromSeconds(1.5), watch.Elapsed), $"it took {watch.Elapsed}");
    }

    [RemoteFact]
    public async Task An_instance_that_there_is_not()
    {
        await using var cas = await CasServer.StartAsync();

        await AssertAsync(ServerFailure.Refused, "it answered INVALID_ARGUMENT: Invalid instance name \"main\"", Connected.Access(cas.Address) with { Instance = "main" });
        await AssertAsync(ServerFailure.WrongProtocol, "what answers there does not speak TLS: should it be 'grpc://' instead of 'grpcs://'?", Tls(Connected.Access(cas.Address)));
    }

    [RemoteFact]
    public async Task A_token_that_is_wanted()
    {
        await using var cas = await CasServer.StartAsync();
        await using var nginx = await NginxCache.StartAsync(new() { Grpc = cas.Port, Access = NginxAccess.Token });
        var access = Connected.Access(nginx.Address);

        await AssertAsync(ServerFailure.Unauthorized, "it does not know who asks (UNAUTHENTICATED), and no credentials were sent: HTTP status 401", access);
        await AssertAsync(ServerFailure.Unauthorized, "it does not know who asks (UNAUTHENTICATED): HTTP status 401", access with { Header = new("Authorization", "Bearer another") });
        using var connected = new Connected(access with { Header = new("Authorization", $"Bearer {NginxCache.Token}") });
        await connected.UploadAsync(Connected.Random(5_000_000), Connected.Random(5));
    }

    [RemoteTheory]
    [InlineData("return 403;", ServerFailure.Forbidden, "it does not allow that (PERMISSION_DENIED): HTTP status 403")]
    [InlineData("return 404;", ServerFailure.WrongProtocol, NoApi + "HTTP status 404")]
    [InlineData("return 302 http://127.0.0.1:1/;", ServerFailure.WrongProtocol, NoApi + "HTTP status 302")]
    [InlineData("return 200 page;", ServerFailure.WrongProtocol, NoApi + "Bad gRPC response. Invalid content-type value: application/octet-stream")]
    [InlineData("return 503;", ServerFailure.Unreachable, "it cannot be reached: HTTP status 503")]
    [InlineData("grpc_pass grpc://127.0.0.1:1;", ServerFailure.Unreachable, "it cannot be reached: HTTP status 502")]
    internal async Task A_proxy_that_does_not_let_one_through(string directive, ServerFailure failure, string text)
    {
        await using var nginx = await NginxCache.StartAsync(new() { Grpc = 1, MoreDirectives = $"location /build.bazel.remote.execution.v2.Capabilities/ {{ {directive} }}" });

        await AssertAsync(failure, text, Connected.Access(nginx.Address));
    }

    [RemoteFact]
    public async Task A_server_that_speaks_only_HTTP_1()
    {
        await using var nginx = await NginxCache.StartAsync();

        await AssertAsync(ServerFailure.WrongProtocol, "what answers there does not speak gRPC, or only over TLS: should it be 'grpcs://', 'http://' or 'https://'?", Connected.Access(nginx.Address));
        await AssertAsync(ServerFailure.WrongProtocol, "what answers there does not speak TLS: should it be 'grpc://' instead of 'grpcs://'?", Tls(Connected.Access(nginx.Address)));
    }

    [RemoteFact]
    public async Task Certificates_that_do_not_fit()
    {
        using var certificates = new Certificates();
        using var others = new Certificates();
        using var folder = new TempFolder();
        await using var cas = await CasServer.StartAsync();
        var otherPort = Registry.FreePort();
        await using var nginx = await NginxCache.StartAsync(new() { Grpc = cas.Port, Tls = certificates, MoreDirectives = $"listen 127.0.0.2:{otherPort} ssl http2;" });
        var access = Connected.Access(nginx.Address) with { CaBundle = certificates.Authority };

        await AssertAsync(null, "", access);
        await AssertAsync(ServerFailure.Certificate, "its certificate is not trusted: The remote certificate is invalid because of errors in the certificate chain: PartialChain", access with { CaBundle = "" });
        await AssertAsync(ServerFailure.Certificate, "its certificate is not trusted: The remote certificate is invalid because of errors in the certificate chain: NotSignatureValid", access with { CaBundle = others.Authority });
        await AssertAsync(ServerFailure.Certificate, $"'{folder["none.pem"]}' cannot be used: Could not find file '{folder["none.pem"]}'.", access with { CaBundle = folder["none.pem"] });
        await AssertAsync(ServerFailure.Certificate, $"'{folder.Write("empty.pem", "")}' cannot be used: It has no certificate.", access with { CaBundle = folder["empty.pem"] });
        await AssertAsync(ServerFailure.WrongProtocol, "what answers there does not speak gRPC, or only over TLS: should it be 'grpcs://', 'http://' or 'https://'?", access with { Url = new($"http://localhost:{nginx.Port}") });

        // The authority is right, and the name is another.
        await AssertAsync(
            ServerFailure.Certificate,
            "its certificate is not trusted: The remote certificate is invalid according to the validation procedure: RemoteCertificateNameMismatch",
            access with { Url = new($"https://127.0.0.2:{otherPort}") });
    }

    [RemoteFact]
    public async Task A_certificate_of_the_client_is_wanted()
    {
        using var certificates = new Certificates();
        using var others = new Certificates();
        using var folder = new TempFolder();
        await using var cas = await CasServer.StartAsync();
        await using var nginx = await NginxCache.StartAsync(new() { Grpc = cas.Port, Tls = certificates, WantsClientCertificate = true });
        var access = Connected.Access(nginx.Address) with { CaBundle = certificates.Authority };

        await AssertAsync(null, "", access with { ClientCertificate = WithKey(folder, certificates) });
        await AssertAsync(ServerFailure.Certificate, "it answered HTTP status 400, as some servers do when they want a certificate of the client, or another one", access);
        await AssertAsync(ServerFailure.Refused, "it answered INTERNAL: HTTP status 400", access with { ClientCertificate = WithKey(folder, others) });
        await AssertAsync(
            ServerFailure.Certificate,
            $"'{certificates.Client}' cannot be used: The key contents do not contain a PEM, the content is malformed, or the key does not match the certificate.",
            access with { ClientCertificate = certificates.Client });
    }

    // An HTTP cache says it in words too.
    [RemoteFact]
    public async Task A_bad_request_means_a_certificate_only_where_it_may()
    {
        const string Wanted = "it answered 400 Bad Request, as some servers do when they want a certificate of the client, or another one";
        using var certificates = new Certificates();
        using var others = new Certificates();
        using var folder = new TempFolder();
        await using var wants = await NginxCache.StartAsync(new() { Tls = certificates, WantsClientCertificate = true });
        await using var refuses = await NginxCache.StartAsync(new() { Tls = certificates, MoreDirectives = "if ($request_method = GET) { return 400; }" });
        await using var open = await NginxCache.StartAsync(new() { MoreDirectives = "if ($request_method = GET) { return 400; }" });
        var access = new ServerAccess(new(wants.Address), IsGrpc: false) { CaBundle = certificates.Authority };
        var own = access with { ClientCertificate = WithKey(folder, certificates) };

        await AssertHttpAsync(null, "", own);
        await AssertHttpAsync(ServerFailure.Certificate, Wanted, access);
        await AssertHttpAsync(ServerFailure.Certificate, Wanted, access with { ClientCertificate = WithKey(folder, others) });
        await AssertHttpAsync(ServerFailure.Certificate, Wanted, access with { Url = new(refuses.Address) });
        await AssertHttpAsync(ServerFailure.Refused, "it answered 400 Bad Request", own with { Url = new(refuses.Address), ClientCertificate = WithKey(folder, certificates) });
        await AssertHttpAsync(ServerFailure.Refused, "it answered 400 Bad Request", access with { Url = new(open.Address) });
    }

    [Fact]
    public async Task A_call_that_was_too_long_tells_its_own_limit()
    {
        await using var host = await FakeHost.StartAsync(new KeepsNothing());
        using var connected = new Connected(Connected.Access(host.Address) with { AnswerLimit = TimeSpan.FromSeconds(60), StoreLimit = TimeSpan.FromSeconds(0.5) });

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.Server.StoreResultAsync(Connected.Random(1).Digest, new(), Cancellation));

        Assert.Equal("TimedOut: it did not answer within 0.5 s", $"{failure.Failure}: {failure.Message}");
    }

    [Theory]
    [InlineData("Received message exceeds the maximum configured message size.")]
    [InlineData("Received message larger than max (5000083 vs. 4194304)")]
    [InlineData("grpc: received message larger than max (5000083 vs. 4194304)")]
    public async Task A_message_that_is_too_long_for_the_server_is_no_matter_of_room(string text)
    {
        await using var host = await FakeHost.StartAsync(new TakesLess(text));
        using var connected = new Connected(host.Url);

        foreach (var store in new Func<Task>[] { () => connected.UploadAsync(Connected.Random(10)), () => connected.Server.StoreResultAsync(Connected.Random(1).Digest, new(), Cancellation), () => connected.UploadAsync(Connected.Random(5_000_000)) })
        {
            var failure = await Assert.ThrowsAsync<ServerException>(store);
            Assert.Equal($"TooLarge: a message to it would be too long: {text}", $"{failure.Failure}: {failure.Message}");
        }
    }

    [Fact]
    public async Task A_result_that_fits_into_no_message_is_not_sent()
    {
        await using var host = await FakeHost.StartAsync(new());
        using var connected = new Connected(host.Url);
        var result = new ActionResult { OutputFiles = { Enumerable.Range(0, 60_000).Select(i => new OutputFile { Path = $"{i}", Digest = Digests.Of(BitConverter.GetBytes(i)) }) } };

        var failure = await Assert.ThrowsAsync<ServerException>(() => connected.Server.StoreResultAsync(Connected.Random(1).Digest, result, Cancellation));

        Assert.Equal("TooLarge: a message to it would be too long: Sending message exceeds the maximum configured message size.", $"{failure.Failure}: {failure.Message}");
    }

    private static async Task AssertHttpAsync(ServerFailure? failure, string text, ServerAccess access)
    {
        using var server = new HttpCacheServer(access, ServerHandler.Of(access));
        try
        {
            Assert.Null(await server.FindResultAsync(Digests.Of("action"u8), Cancellation));
            Assert.Null(failure);
        }
        catch (ServerException e)
        {
            Assert.Equal($"{failure}: {text}", $"{e.Failure}: {e.Message}");
        }
    }

    private static string WithKey(TempFolder folder, Certificates certificates) =>
        folder.Write($"{Guid.NewGuid()}.pem", File.ReadAllText(certificates.Client) + "\n" + File.ReadAllText(certificates.ClientKey));

    private static ServerAccess Tls(ServerAccess access) => access with { Url = new($"https://{access.Url.Authority}") };

    private static async Task AssertAsync(ServerFailure? failure, string text, ServerAccess access)
    {
        try
        {
            using var connection = new GrpcConnection(access);
            await connection.CapabilitiesAsync(Cancellation);
            Assert.Null(failure);
        }
        catch (ServerException e)
        {
            Assert.Equal($"{failure}: {text}", $"{e.Failure}: {e.Message}");
        }
    }

    private sealed class KeepsNothing : FakeService
    {
        public override async Task<ActionResult> UpdateActionResultAsync(UpdateActionResultRequest request, ServerCallContext call)
        {
            await Task.Delay(Timeout.Infinite, call.CancellationToken);
            return new();
        }
    }

    private sealed class TakesLess(string text) : FakeService
    {
        public override Task<ActionResult> UpdateActionResultAsync(UpdateActionResultRequest request, ServerCallContext call) => throw Ends(StatusCode.ResourceExhausted, text);

        public override Task<BatchUpdateBlobsResponse> BatchUpdateBlobsAsync(BatchUpdateBlobsRequest request, ServerCallContext call) => throw Ends(StatusCode.ResourceExhausted, text);

        public override Task<WriteResponse> WriteAsync(IAsyncStreamReader<WriteRequest> requests, ServerCallContext call) => throw Ends(StatusCode.ResourceExhausted, text);
    }
}
