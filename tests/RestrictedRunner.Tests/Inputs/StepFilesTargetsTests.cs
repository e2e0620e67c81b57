using System.Diagnostics;
using System.Text.Json;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Design-time builds load no task, so StepFiles.targets reads the inputs of steps by items alone. It finds the same.</summary>
public sealed class StepFilesTargetsTests : IDisposable
{
    private static readonly string[] Inputs =
    [
        "a.txt",
        "src",
        "src/",
        "./src/../src/*.c",
        "**/*.txt",
        "**",
        "*/*.c",
        "src/**/a?.c",
        "src/**; !src/sub; !**/b.c",
        "src;!src/sub/",
        "**/*;!**/*.c;!a.txt",
        " .config/* ; **/.vs/*.txt",
        ".git/HEAD.txt; .config",
        "../beside/**;../beside/x.h",
        "../beside;!../beside/deep",
        "with space/*;a.txt",
        ".;!**/*.proj",
    ];

    private readonly string _parent = Directory.CreateTempSubdirectory("test-").FullName;
    private readonly string _folder;

    public StepFilesTargetsTests()
    {
        _folder = Path.Combine(_parent, "project");
        foreach (var path in new[]
        {
            "a.txt", ".dot.txt", "src/a1.c", "src/a22.c", "src/b.c", "src/sub/a3.c", "src/sub/b.txt", "src/.vs/v.txt",
            ".config/c.txt", ".config/.cache/d.txt", ".git/HEAD.txt", "with space/e.txt", "../beside/x.h", "../beside/deep/y.h", "../beside/.hidden/z.h",
        })
        {
            Write(path, "");
        }
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public async Task They_find_what_a_step_reads()
    {
        Assert.SkipWhen(Here.Host.IsWindows && !Here.Host.SearchPath.Any(folder => File.Exists(Path.Combine(folder, "dotnet.exe"))), "MSBuild is not on this machine: there is no dotnet.exe in PATH.");
        var steps = Inputs.Select((inputs, i) => $"""<DockerExecStep Include="{i}" Inputs="{inputs}" />""");
        var targets = Path.Combine(AppContext.BaseDirectory, "StepFiles.targets");
        Write("a.proj", $"""<Project><Import Project="{targets}" /><ItemGroup>{string.Concat(steps)}</ItemGroup></Project>""");

        var found = (await FindAsync()).ToLookup(file => file.Step, file => file.Path);

        Assert.All(Inputs, (inputs, i) =>
        {
            var declared = DeclaredInputs.Of(Here.Paths, _folder, EscapedText.List(inputs));
            var expected = InputFiles.Find(declared).Files.Select(file => file.FullPath).Order(StringComparer.Ordinal).ToList();
            Assert.NotEmpty(expected);
            Assert.Equal(expected, found[$"{i}"].Distinct().Order(StringComparer.Ordinal));
        });
    }

    private async Task<IReadOnlyList<(string Step, string Path)>> FindAsync()
    {
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["msbuild", "a.proj", "-nologo", "-nodeReuse:false", "-t:_FindDockerExecInputs", "-getItem:_DockerExecInputFile"])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
        })!;
        var output = await build.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(build.ExitCode == 0, output);
        using var json = JsonDocument.Parse(output);
        return
        [
            .. json.RootElement.GetProperty("Items").GetProperty("_DockerExecInputFile").EnumerateArray()
                .Select(item => (item.GetProperty("Step").GetString()!, Path.GetFullPath(item.GetProperty("FullPath").GetString()!))),
        ];
    }

    private void Write(string path, string text)
    {
        var full = Path.GetFullPath(path, _folder);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
