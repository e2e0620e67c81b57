using System.Globalization;

namespace RestrictedRunner.TestSupport;

/// <summary>nginx as a cache of Bazel's HTTP protocol on the loopback, or in front of a gRPC server; with a folder of its own.</summary>
internal sealed class NginxCache : IAsyncDisposable
{
    public const string User = "ci";
    public const string Password = "correct-horse";
    public const string Token = "battery-staple";

    private readonly TempFolder _folder = new();
    private readonly NginxOptions _options;
    private Server _server = null!;

    private NginxCache(NginxOptions options) => _options = options;

    public int Port { get; } = Registry.FreePort();

    /// <summary>As users of our package write it: <c>https://localhost:port/prefix</c>, <c>grpc://localhost:port</c>.</summary>
    public string Address => $"{(_options.Grpc is null ? "http" : "grpc")}{(_options.Tls is null ? "" : "s")}://localhost:{Port}{_options.PathPrefix}";

    /// <summary>Has the folders <c>ac</c> and <c>cas</c> below <see cref="NginxOptions.PathPrefix"/>.</summary>
    public string Store => _folder["store"];

    /// <summary>The requests that it has answered since it was last started, as <c>200 GET /cas/…</c>.</summary>
    public IReadOnlyList<string> Requests => File.ReadAllLines(_folder["requests"]);

    /// <summary>Its own messages since it was last started.</summary>
    public string Log => _server.Log;

    public static async Task<NginxCache> StartAsync(NginxOptions? options = null)
    {
        Assert.True(Client.Succeeds("/usr/sbin/nginx", "-v"), OtherMachines.Reason);
        var cache = new NginxCache(options ?? new());
        Directory.CreateDirectory(cache.Store);
        cache._folder.Write("users", $"{User}:{{PLAIN}}{Password}\n");
        cache._folder.Write("settings", cache.Settings());
        await cache.StartAgainAsync();
        return cache;
    }

    /// <summary>Starts it with the same port and folder, after its end.</summary>
    public async Task StartAgainAsync()
    {
        File.Delete(_folder["requests"]);
        _server = await Server.StartAsync("/usr/sbin/nginx", ["-e", "stderr", "-p", _folder.Path, "-c", _folder["settings"]], Port, _folder["log"]);
    }

    /// <inheritdoc cref="Server.SignalAsync"/>
    public Task SignalAsync(string name) => _server.SignalAsync(name);

    /// <summary>Ends it; its port then refuses connections.</summary>
    public Task KillAsync() => _server.KillAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    // One process, which is easy to end and to halt.
    private string Settings() => $$"""
        daemon off;
        master_process off;
        pid pid;
        error_log stderr;
        events { worker_connections 512; }
        http {
          log_format request '$status $request_method $request_uri';
          access_log {{_folder["requests"]}} request;
          default_type application/octet-stream;
          root {{Store}};
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          client_max_body_size {{_options.SizeLimit}};
          grpc_read_timeout 1h;
          grpc_send_timeout 1h;
          server {
            listen 127.0.0.1:{{Port.ToString(CultureInfo.InvariantCulture)}}{{(_options.Tls is null ? "" : " ssl")}}{{(_options.Tls is null && _options.Grpc is null ? "" : " http2")}};
            {{Tls()}}
            {{_options.MoreDirectives}}
            {{Locations()}}
          }
        }
        """;

    private string Tls() => _options.Tls is not { } files ? "" : $"""
        ssl_certificate {files.Server};
        ssl_certificate_key {files.ServerKey};
        {(_options.WantsClientCertificate ? $"ssl_client_certificate {files.Authority}; ssl_verify_client on;" : "")}
        """;

    private string Locations() => _options.Grpc is { } port
        ? $"location / {{ {Access()} grpc_pass grpc://127.0.0.1:{port}; }}"
        : $$"""
            location ~ "^{{_options.PathPrefix}}/(ac|cas)/[0-9a-f]{64}$" { {{Access()}} dav_methods PUT; create_full_put_path on; }
            location / { return 404; }
            """;

    private string Access() => _options.Access switch
    {
        NginxAccess.ReadOnly => "limit_except GET { deny all; }",
        NginxAccess.PasswordToWrite => $"limit_except GET {{ {Basic()} }}",
        NginxAccess.Password => Basic(),
        NginxAccess.Token => $"if ($http_authorization != \"Bearer {Token}\") {{ return 401; }}",
        _ => "",
    };

    private string Basic() => $"auth_basic cache; auth_basic_user_file {_folder["users"]};";
}
