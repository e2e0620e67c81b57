using System.Diagnostics;
using System.Text;

namespace RestrictedRunner.PackageTests;

/// <summary>A command at a terminal: what it prints is on a screen, and somebody types.</summary>
internal sealed class PseudoTerminal : IAsyncDisposable
{
    private readonly Process _script;
    private readonly StringBuilder _screen = new();
    private readonly Task _reading;
    private TaskCompletionSource _printed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PseudoTerminal(Process script)
    {
        _script = script;
        _reading = ReadAsync();
    }

    /// <summary>All that has been printed, with the codes for the terminal.</summary>
    public string Screen
    {
        get
        {
            lock (_screen)
            {
                return _screen.ToString();
            }
        }
    }

    /// <summary>Starts a command line of the shell, with the terminal logger if it is a build.</summary>
    public static PseudoTerminal Start(string folder, string command)
    {
        // A terminal without a size has no room for the terminal logger's lines.
        var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", $"stty cols 200 rows 50; {command}", "/dev/null"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in DotNet.Environment(new Dictionary<string, string?> { ["TERM"] = "xterm-256color", ["SHELL"] = "/bin/sh" }))
        {
            start.Environment[name] = value;
        }

        return new(Process.Start(start)!);
    }

    /// <summary>Waits until a text has been printed.</summary>
    public async Task SeesAsync(string text)
    {
        while (true)
        {
            Task printed;
            lock (_screen)
            {
                if (_screen.ToString().Contains(text, StringComparison.Ordinal))
                {
                    return;
                }

                printed = _printed.Task;
            }

            Assert.False(_reading.IsCompleted && !printed.IsCompleted, $"'{text}' was not printed:\n{Screen}");
            await Task.WhenAny(printed, _reading).WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Types a line.</summary>
    public Task TypeAsync(string line) => _script.StandardInput.WriteAsync($"{line}\n").ContinueWith(_ => _script.StandardInput.FlushAsync(), TaskScheduler.Default).Unwrap();

    /// <summary>Waits for the command's end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _script.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _reading;
        return _script.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_script.HasExited)
        {
            // The end of its terminal is SIGHUP for all that runs there.
            _script.Kill();
        }

        await _reading;
        _script.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        int read;
        while ((read = await _script.StandardOutput.ReadAsync(buffer)) > 0)
        {
            TaskCompletionSource printed;
            lock (_screen)
            {
                _screen.Append(buffer, 0, read);
                (printed, _printed) = (_printed, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            printed.SetResult();
        }
    }
}
