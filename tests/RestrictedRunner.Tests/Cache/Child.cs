using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>What another process does with a cache: the program of the tests, which runs one of these methods instead of tests.</summary>
internal static class Child
{
    private const string Variable = "CACHE_TEST_CHILD";

    /// <summary>A program that runs a method, and writes to a stream that can be read.</summary>
    /// <param name="method">One of those below.</param>
    /// <param name="argument">For the method.</param>
    /// <param name="around">A program with arguments that runs this one.</param>
    public static Process Start(string method, string argument = "", params string[] around)
    {
        string[] command = [.. around, Path.Combine(AppContext.BaseDirectory, typeof(Child).Assembly.GetName().Name!)];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { [Variable] = $"{method} {argument}" } };
        return Process.Start(start)!;
    }

    /// <summary>Waits for the end of a method; one that throws has failed.</summary>
    public static async Task RunAsync(string method, string argument = "", params string[] around)
    {
        using var child = Start(method, argument, around);
        var errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 0, $"{output}{await errors}");
    }

    /// <summary>Stores one step's result after another, and writes a line for each, until it is killed.</summary>
    public static void StoreForever(string cacheFolder)
    {
        // Beside the cache, so that it goes with the test's folder.
        using var step = new TemporaryCache(Directory.CreateDirectory($"{cacheFolder}-{Guid.NewGuid():N}").FullName);
        var cache = new ResultCache(new(cacheFolder));
        for (var number = 0; ; number++)
        {
            Steps.Make(number, step.Project);
            Assert.Null(Steps.Store(number, cache, step.Project).Problem);
            Console.WriteLine(number);
        }
    }

    /// <summary>Stores and restores the results of some steps, while others do so.</summary>
    public static void StoreAndRestore(string cacheFolder) => Steps.StoreAndRestore(new(new(cacheFolder)), rounds: 20);

    public static void MissWhatMayNotBeRead(string _)
    {
        // What the runtime still has to load, the other user might not see.
        MissEach(() => { }, isMiss: false);
        MissEach(() => Assert.Equal(0, SetUser(54321)), isMiss: true);
    }

    /// <param name="room">A folder on a small disk.</param>
    public static void StoreOnFullDisk(string room)
    {
        using var step = new TemporaryCache();
        var folder = new CacheFolder(Path.Combine(room, "cache"));
        var cache = new ResultCache(folder);
        for (var i = 0; i < 20; i++)
        {
            step.Write($"out/{i}", new string((char)('a' + i), 100_000));
        }

        var outcome = cache.Store(TemporaryCache.Key, new(step.Project, ["out"]), CancellationToken.None);

        Assert.Null(outcome.Result);
        Assert.Contains("No space left", outcome.Problem, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(room, "*", SearchOption.AllDirectories));

        // There is room again, and what fits is stored.
        Assert.Null(cache.Store(TemporaryCache.Key, new(step.Project, ["out/1"]), CancellationToken.None).Problem);
        Assert.NotNull(cache.Find(TemporaryCache.Key));

        // Not even room for a name.
        File.WriteAllBytes(Path.Combine(room, "full"), new byte[new DriveInfo(room).AvailableFreeSpace]);
        Assert.Contains("No space left", cache.Store(TemporaryCache.Key, new(step.Project, ["out/2"]), CancellationToken.None).Problem, StringComparison.Ordinal);
        Assert.NotNull(cache.Find(TemporaryCache.Key));
        Eviction.Trim(folder, long.MaxValue);
    }

    /// <param name="room">A folder on a small disk.</param>
    public static void RestoreOnFullDisk(string room)
    {
        using var step = new TemporaryCache();
        for (var i = 0; i < 20; i++)
        {
            step.Write($"out/{i}", new string((char)('a' + i), 100_000));
        }

        step.MustStore("out");
        Directory.CreateDirectory(Path.Combine(room, "out"));
        File.WriteAllText(Path.Combine(room, "out", "1"), "good");
        File.WriteAllText(Path.Combine(room, "out", "surplus"), "good");

        var outcome = step.Cache.Restore(TemporaryCache.Key, new(room, ["out"]), CancellationToken.None);

        Assert.Null(outcome.Result);
        Assert.Contains("No space left", outcome.Problem, StringComparison.Ordinal);
        Assert.Equal(["1", "surplus"], Directory.EnumerateFileSystemEntries(Path.Combine(room, "out")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("good", File.ReadAllText(Path.Combine(room, "out", "1")));
        Assert.Equal([Path.Combine(room, "out")], Directory.EnumerateFileSystemEntries(room));

        // It is the disk that is bad, not the cache.
        step.EmptyProject();
        step.MustRestore("out");
    }

    private static void MissEach(Action change, bool isMiss)
    {
        change();
        using var step = new TemporaryCache();
        for (var i = 0; i < 3; i++)
        {
            step.Write("folder/a", "1");
            step.MustStore("folder");
            step.EmptyProject();
            Assert.Equal(3, step.Files.Count);
            Run("chmod", isMiss ? "000" : "400", step.Files[i]);
            if (isMiss)
            {
                step.MustMiss("folder");
                Assert.InRange(step.Files.Count, 1, 2);
            }
            else
            {
                step.MustRestore("folder");
            }
        }
    }

    private static void Run(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    // Before the program's own entry point, which runs tests.
    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split(' ', 2) is not [var method, var argument])
        {
            return;
        }

        try
        {
            typeof(Child).GetMethod(method)!.CreateDelegate<Action<string>>()(argument);
            Environment.Exit(0);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            Console.Error.WriteLine(e);
            Environment.Exit(1);
        }
    }

    [DllImport("libc", EntryPoint = "setuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetUser(uint user);
}
