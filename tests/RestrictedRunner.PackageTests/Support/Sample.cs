namespace RestrictedRunner.PackageTests;

/// <summary>
/// A copy of a sample, with the packed package where the samples' nuget.config looks for it, on a machine that has no
/// results of steps yet.
/// </summary>
internal sealed class Sample
{
    private readonly TestProject _project;
    private readonly string _cache;

    public Sample(string name)
    {
        // The path of samples/nuget.config is relative to the repository.
        var repository = TestFolder.New();
        Copy(TestRun.Feed, Path.Combine(repository, "artifacts", "packages"));
        Copy(Path.Combine(Repository.Root, "samples"), Path.Combine(repository, "samples"));
        Name = name;
        _cache = Path.Combine(repository, "cache");
        _project = TestProject.At(Path.Combine(repository, "samples", name, $"{name}.csproj"));
    }

    public string Name { get; }

    public string this[string file] => _project[file];

    public Task<Build> BuildAsync(params string[] arguments) => _project.BuildAsync(Setting(arguments));

    /// <summary>Builds with <c>dotnet build</c>, as a user does.</summary>
    public Task<Build> BuildInItsOwnProcessAsync(params string[] arguments) => _project.BuildAsync(Setting(arguments) with { InItsOwnProcess = true });

    /// <summary>Replaces a text that a file has.</summary>
    public async Task ReplaceAsync(string file, string text, string by)
    {
        var before = await File.ReadAllTextAsync(this[file], TestContext.Current.CancellationToken);
        Assert.Contains(text, before, StringComparison.Ordinal);
        await File.WriteAllTextAsync(this[file], before.Replace(text, by, StringComparison.Ordinal), TestContext.Current.CancellationToken);
    }

    /// <summary>What the app prints.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var result = (await DotNet.RunAsync(_project.Folder, this[$"bin/Debug/net10.0/{Name}.dll"])).Succeeded();
        return result.Console.Split('\n')[1..^1];
    }

    public async Task CleanAsync() => (await DotNet.RunAsync(_project.Folder, "clean", "-nodeReuse:false", "-tl:off")).Succeeded();

    private BuildSetting Setting(IReadOnlyList<string> arguments) =>
        new() { Arguments = arguments, Environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = _cache } };

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        // What somebody has built in the repository stays there.
        foreach (var folder in Directory.EnumerateDirectories(from).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj")))
        {
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
