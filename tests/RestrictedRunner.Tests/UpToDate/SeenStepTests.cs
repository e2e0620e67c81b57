using RestrictedRunner.Build.Building;
using RestrictedRunner.Build.Inputs;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Hosts;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests;

public sealed class SeenStepTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string, Action<string>> ThatIsNotKnown => new()
    {
        { "no state", folder => File.Delete(Path.Combine(folder, "s.state")) },
        { "no mount", folder => Directory.Delete(Path.Combine(folder, "mount")) },
        { "no working directory", folder => Directory.Delete(Path.Combine(folder, "work")) },
        { "no file", folder => File.Delete(Path.Combine(folder, "out.txt")) },
        { "no folder of outputs", folder => Directory.Delete(Path.Combine(folder, "made")) },
        { "only the user's file for a glob", folder => { File.Delete(Path.Combine(folder, "gen/own.txt")); File.WriteAllText(Path.Combine(folder, "gen/user.txt"), ""); } },
        { "a link to a folder for a file", folder => { File.Delete(Path.Combine(folder, "out.txt")); Directory.CreateDirectory(Path.Combine(folder, "v1")); File.WriteAllText(Path.Combine(folder, "v1/a"), ""); File.CreateSymbolicLink(Path.Combine(folder, "out.txt"), "v1"); } },
        { "a link that leads nowhere for a folder", folder => { Directory.Delete(Path.Combine(folder, "made")); File.CreateSymbolicLink(Path.Combine(folder, "made"), "nowhere"); } },
        { "a link to a file among the inputs", folder => File.CreateSymbolicLink(Path.Combine(folder, "in/link"), "a") },
        { "a link to a folder among the inputs", folder => File.CreateSymbolicLink(Path.Combine(folder, "in/link"), "../gen") },
        { "an input that stands for nothing", folder => Directory.Delete(Path.Combine(folder, "in"), recursive: true) },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_step_whose_files_are_all_there_is_known_by_stamps()
    {
        Needs.Stamps();
        Make();

        var seen = See();

        Assert.True(seen.IsKnownByStamps);
        Assert.Equal(
            ["gen/own.txt", "in", "in/a", "in/deep", "in/deep/b", "made", "mount", "out.txt", "s.state", "work"],
            seen.Seen.Select(path => Path.GetRelativePath(_folder.Path, path.Path)).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ThatIsNotKnown))]
    public void What_is_not_there_or_a_link_is_looked_at_in_each_build(string what, Action<string> change)
    {
        Needs.Stamps();
        Make();

        change(_folder.Path);

        Assert.False(See().IsKnownByStamps, what);
    }

    [Fact]
    public void Warnings_are_told_in_each_build()
    {
        Needs.Stamps();
        Make();
        var seen = See();

        Assert.False((seen with { State = seen.State with { Warnings = [StepWarning.FromLine("sub CODE file 1 2 3 4 text")] } }).IsKnownByStamps);
    }

    private void Make()
    {
        foreach (var folder in new[] { "in/deep", "gen", "made", "mount", "work" })
        {
            Directory.CreateDirectory(_folder[folder]);
        }

        foreach (var file in new[] { "in/a", "in/deep/b", "gen/own.txt", "out.txt", "s.state" })
        {
            _folder.Write(file, "");
        }
    }

    private SeenStep See()
    {
        var host = HostPaths.Linux;
        var step = new DeclaredStep("S", new("", static () => 0))
        {
            Inputs = DeclaredInputs.Of(host, _folder.Path, ["in/"]),
            Outputs = DeclaredOutputs.Of(host, _folder.Path, ["out.txt", "made/", "gen/*.txt"]),
        };
        string[] own = [.. new[] { "out.txt", "gen/own.txt" }.Where(file => File.Exists(_folder[file]) || Directory.Exists(_folder[file]))];
        var written = new WrittenFiles(own.ToDictionary(file => file, _ => "hash"));
        var parameters = step.Parameters with { WorkingDirectory = "work", Options = step.Parameters.Options with { Mounts = [new(_folder["mount"], "/mount")] } };
        return new(
            step,
            parameters,
            new() { Written = written },
            new(_folder["s.state"]),
            InputFiles.Find(step.Inputs),
            InputFiles.FindOutputs(host, _folder.Path, [.. own.Select(file => Build.Paths.Glob.Plain(host, _folder[file]))], followsLinks: true));
    }
}
