using System.Diagnostics;

namespace RestrictedRunner.EngineTests;

/// <summary>Asserts that containers are gone.</summary>
internal static class Leftovers
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Polls, because an engine lists a container until the last of its removal is done.</summary>
    public static async Task AssertNoContainerAsync(string engine, string filter)
    {
        var watch = Stopwatch.StartNew();
        string found;
        do
        {
            found = await Client.OutputAsync(engine, "ps", "--all", "--filter", filter, "--format", "{{.Names}} {{.Status}}");
        }
        while (found.Length > 0 && watch.Elapsed < Patience);

        Assert.Equal("", found);
    }

    /// <summary>Looks once: the container has to be gone by now.</summary>
    public static async Task AssertGoneNowAsync(string engine, string name) =>
        Assert.Equal("", await Client.OutputAsync(engine, "ps", "--all", "--filter", $"name={name}", "--format", "{{.Names}} {{.Status}}"));

    /// <summary>Looks once for processes of a step. Podman's monitor ends by itself, a moment after its container.</summary>
    public static void AssertNoProcess(string name) =>
        Assert.DoesNotContain(Processes.WithText(name), line => !line.Contains("/conmon ", StringComparison.Ordinal));
}
