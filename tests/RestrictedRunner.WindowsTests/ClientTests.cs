using System.Diagnostics;

namespace RestrictedRunner.WindowsTests;

/// <summary>The docker.exe of these tests is like a real one, as far as the runner sees.</summary>
public class ClientTests
{
    [EngineFact]
    public async Task Its_streams_and_exit_code_are_those_of_the_real_client()
    {
        var result = await Client.CallAsync("docker", "run", "--rm", TestImages.Busybox, "sh", "-c", "echo one; echo two >&2; exit 7");

        Assert.Equal((7, "one\n", "two\n"), (result.ExitCode, result.StandardOutput, result.StandardError));
    }

    [EngineFact]
    public async Task When_it_is_killed_the_real_client_is()
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var client = Process.Start(new ProcessStartInfo("docker", ["events", "--filter", $"container={name}"]) { RedirectStandardOutput = true })!;
        using var events = client.StandardOutput;

        // It has begun when it tells of a container.
        var heard = events.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        await Until.IsSoAsync(TimeSpan.FromMinutes(1), async () =>
        {
            await Client.OutputAsync("docker", "run", "--rm", "--name", name, TestImages.Busybox, "true");
            return heard.IsCompleted;
        });

        client.Kill();

        await client.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Until.IsSoAsync(TimeSpan.FromSeconds(10), async () => !(await LinuxProcessesAsync()).Contains($"container={name}", StringComparison.Ordinal));
    }

    // All processes of Linux are in a container that shares their numbers.
    private static Task<string> LinuxProcessesAsync() =>
        Client.OutputAsync("docker", "run", "--rm", "--pid", "host", TestImages.Busybox, "sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null; true");
}
