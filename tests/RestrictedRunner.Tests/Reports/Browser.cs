using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests.Reports;

/// <summary>A page in a real Chromium without a window, driven by the DevTools protocol: https://chromedevtools.github.io/devtools-protocol</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TempFolder _profile = new();
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _calls = [];
    private readonly ConcurrentQueue<(string Method, JsonNode Parameters)> _events = new();
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sending = new(1);
    private Task _receiving = Task.CompletedTask;
    private string _session = "";
    private int _last;

    private Browser() => _process = Process.Start(new ProcessStartInfo("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0", $"--user-data-dir={_profile.Path}", "--window-size=1300,800", "about:blank"])
    {
        RedirectStandardError = true,
    })!;

    /// <summary>Addresses of all that the page asked for.</summary>
    public IEnumerable<string> Requests => Events("Network.requestWillBeSent").Select(e => e["request"]!["url"]!.GetValue<string>());

    /// <summary>Errors of the page's script, and what the browser complains of.</summary>
    public IEnumerable<string> Complaints => [.. Events("Runtime.exceptionThrown").Concat(Events("Log.entryAdded")).Concat(Events("Runtime.consoleAPICalled")).Select(e => e.ToJsonString())];

    /// <summary>Opens a page.</summary>
    /// <param name="file">Full path.</param>
    /// <param name="scripts">False runs no script of the page.</param>
    public static async Task<Browser> OpenAsync(string file, bool scripts = true)
    {
        var browser = new Browser();
        await browser._socket.ConnectAsync(await browser.AddressAsync(), TestContext.Current.CancellationToken);
        browser._receiving = browser.ReceiveAsync();
        var target = await browser.CallAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        var attached = await browser.CallAsync("Target.attachToTarget", new JsonObject { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true });
        browser._session = attached["sessionId"]!.GetValue<string>();
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Network" })
        {
            await browser.CallAsync($"{domain}.enable", []);
        }

        await browser.CallAsync("Emulation.setScriptExecutionDisabled", new JsonObject { ["value"] = !scripts });
        await browser.CallAsync("Page.navigate", new JsonObject { ["url"] = new Uri(file).AbsoluteUri });
        await browser._loaded.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        return browser;
    }

    /// <summary>The value of an expression, or of what it promises.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject { ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true });
        Assert.True(answer["exceptionDetails"] is null, answer.ToJsonString());
        return answer["result"]!["value"];
    }

    /// <summary>The text of an expression's value.</summary>
    public async Task<string> TextAsync(string expression) => $"{await EvaluateAsync(expression)}";

    /// <summary>Presses a key and lets it go.</summary>
    public async Task PressAsync(string key)
    {
        var (code, text) = key switch
        {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "ArrowDown" => (40, ""),
            _ => (0, key),
        };
        await CallAsync("Input.dispatchKeyEvent", new JsonObject { ["type"] = text.Length > 0 ? "keyDown" : "rawKeyDown", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code, ["text"] = text });
        await CallAsync("Input.dispatchKeyEvent", new JsonObject { ["type"] = "keyUp", ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code });
    }

    /// <summary>Tabs until an element has the focus.</summary>
    /// <param name="isIt">An expression about <c>it</c>, the element that has it.</param>
    public async Task TabToAsync(string isIt)
    {
        for (var i = 0; i < 20; i++)
        {
            await PressAsync("Tab");
            if (await TextAsync($"(it => {isIt})(document.activeElement)") == "true")
            {
                return;
            }
        }

        Assert.Fail($"20 times Tab did not lead to {isIt}");
    }

    /// <summary>Shows the page to somebody who prefers a colour scheme.</summary>
    public Task PreferAsync(string scheme) => CallAsync("Emulation.setEmulatedMedia", new JsonObject { ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) });

    /// <summary>A picture of the page.</summary>
    public async Task<byte[]> ScreenshotAsync() => Convert.FromBase64String((await CallAsync("Page.captureScreenshot", []))["data"]!.GetValue<string>());

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _receiving;
        _process.Dispose();
        _socket.Dispose();
        _sending.Dispose();
        _profile.Dispose();
    }

    private IEnumerable<JsonNode> Events(string method) => _events.Where(e => e.Method == method).Select(e => e.Parameters);

    private async Task<Uri> AddressAsync()
    {
        const string Start = "DevTools listening on ";
        while (await _process.StandardError.ReadLineAsync().WaitAsync(Patience, TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith(Start, StringComparison.Ordinal))
            {
                // Somebody has to read what else it says.
                _ = _process.StandardError.ReadToEndAsync();
                return new(line[Start.Length..]);
            }
        }

        throw new InvalidOperationException("Chromium ended without an address.");
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        var id = Interlocked.Increment(ref _last);
        var call = _calls[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session.Length > 0)
        {
            message["sessionId"] = _session;
        }

        await _sending.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        }
        finally
        {
            _sending.Release();
        }

        var answer = await call.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.True(answer["error"] is null, $"{method}: {answer.ToJsonString()}");
        return answer["result"]!;
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                message.Write(buffer, 0, part.Count);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                if (part.EndOfMessage)
                {
                    Heard(JsonNode.Parse(message.ToArray())!);
                    message.SetLength(0);
                }
            }
        }
        catch (WebSocketException)
        {
            // The browser has ended.
        }
    }

    private void Heard(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            _calls[id.GetValue<int>()].SetResult(message);
            return;
        }

        var method = message["method"]!.GetValue<string>();
        _events.Enqueue((method, message["params"]!));
        if (method == "Page.loadEventFired")
        {
            _loaded.TrySetResult();
        }
    }
}
