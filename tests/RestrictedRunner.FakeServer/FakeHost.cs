using System.Net;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RestrictedRunner.FakeServer;

/// <summary>A <see cref="FakeService"/> on the loopback, over gRPC without TLS.</summary>
internal sealed class FakeHost : IAsyncDisposable
{
    private const int Window = 8 << 20;

    private readonly WebApplication _application;

    private FakeHost(WebApplication application) => _application = application;

    /// <summary>As the library wants it: <c>http://127.0.0.1:port</c>.</summary>
    public Uri Url => new(_application.Urls.Single());

    /// <summary>As users of our package write it: <c>grpc://127.0.0.1:port</c>.</summary>
    public string Address => $"grpc://{Url.Authority}";

    public static async Task<FakeHost> StartAsync(FakeService service)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            // Servers in C++ and Go take megabytes too before they read one.
            kestrel.Limits.Http2.InitialConnectionWindowSize = Window;
            kestrel.Limits.Http2.InitialStreamWindowSize = Window;
            kestrel.Listen(IPAddress.Loopback, 0, static port => port.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc(static options => options.MaxReceiveMessageSize = 4 << 20);
        builder.Services.AddSingleton<IServiceMethodProvider<FakeService>, FakeMethods>();
        builder.Services.AddSingleton(service);
        var application = builder.Build();
        application.MapGrpcService<FakeService>();
        await application.StartAsync();
        return new(application);
    }

    public async ValueTask DisposeAsync()
    {
        // At once, whatever calls are still there.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}
