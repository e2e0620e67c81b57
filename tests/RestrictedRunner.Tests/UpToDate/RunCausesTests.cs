using CsCheck;
using Microsoft.Build.Utilities;
using RestrictedRunner.Build.Building;
using RestrictedRunner.Build.State;
using RestrictedRunner.Build.Steps;
using RestrictedRunner.Build.Strategies;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests;

/// <summary>Why a step is not up to date.</summary>
public sealed class RunCausesTests : IDisposable
{
    // What is done, and the cause that has to be told for it, in the order in which causes are told.
    private static readonly (Action<RunCausesTests> Do, string Cause)[] Changes =
    [
        (test => test._metadata["Image"] = $"busybox@sha256:{new string('c', 64)}", "its image changed: busybox@sha256:aaaaaaaaaaaa → busybox@sha256:cccccccccccc"),
        (test => test._metadata["Command"] = "false", "Command changed"),
        (test => test._metadata["Memory"] = "64m", "Memory changed"),
        (test => test._metadata["PidsLimit"] = "", "PidsLimit changed"),
        (test => test._variables["CHANGED"] = "2", "variable CHANGED changed"),
        (test => test._variables.Remove("GONE"), "variable GONE is gone"),
        (test => test._variables["NEW"] = "1", "variable NEW is new"),
        (test => test.Write("in/changed.txt", "2"), "input in/changed.txt changed"),
        (test => test.Write("in/new.txt", "1"), "input in/new.txt is new"),
        (test => File.Delete(test._folder["in/gone.txt"]), "input in/gone.txt is gone"),
    ];

    private readonly TempFolder _folder = new();
    private Dictionary<string, string> _metadata = [];
    private Dictionary<string, string> _variables = [];

    private StepBuildSetting Setting => new()
    {
        ProjectDirectory = _folder.Path,
        State = new(_folder["obj/docker-exec"], _folder["a.proj"]),
        Scope = new("", ""),
        Mounts = [],
        ResolveImages = false,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_change_is_told_and_nothing_else() => Gen.Bool.Array[Changes.Length].Sample(
        chosen =>
        {
            Begin();
            Succeed();
            Assert.True(Look().IsSame);
            (Action<RunCausesTests> Do, string Cause)[] changes = [.. Changes.Where((_, i) => chosen[i])];
            foreach (var change in changes)
            {
                change.Do(this);
            }

            Assert.Equal(changes.Select(change => change.Cause), Look().IsSame ? [] : Causes());
        },
        iter: 60,
        threads: 1);

    [Fact]
    public void Outputs_are_told_by_their_names()
    {
        Begin();
        Write("made/a.txt", "a");
        Write("made/b\n.txt", "b");
        Succeed("out.txt", "made/a.txt", "made/b\n.txt");
        Write("made/own.txt", "the user's");
        Assert.True(Look().IsSame);

        Write("out.txt", "other");
        File.Delete(_folder["made/a.txt"]);
        File.Delete(_folder["made/b\n.txt"]);

        Assert.Equal(["output made/a.txt is gone", "output made/b?.txt is gone", "output out.txt changed since it was written"], Causes());
    }

    [Theory]
    [InlineData("Failed", "its last run failed")]
    [InlineData("Cancelled", "its last run was cancelled")]
    [InlineData("InputsChanged", "its inputs changed during its last run")]
    [InlineData("ImageUnknown", "it is not known which image its last run had")]
    [InlineData("TooManyWarnings", "its last run had too many warnings")]
    [InlineData("Unknown", "its last run was interrupted")]
    public void A_run_that_left_nothing_is_told(string end, string cause)
    {
        Begin();
        Succeed();
        var place = Look().Paths.State;
        StateFile.Save(place, StateFile.Load(place).Forgotten() with { LastRun = Enum.Parse<LastRun>(end) });

        Assert.Equal([cause], Causes());
    }

    [Fact]
    public void A_step_of_which_nothing_is_remembered_has_not_run()
    {
        Begin();

        Assert.Equal(["it has not run here before"], Causes());
    }

    [Fact]
    public void Without_what_the_key_was_made_of_it_is_said_what_is_known()
    {
        Begin();
        Succeed();
        File.Delete(Look().Paths.Key);
        Write("in/changed.txt", "2");

        Assert.Equal(["its inputs or parameters changed"], Causes());
    }

    [Fact]
    public void Another_version_of_this_package_is_told_first()
    {
        Begin();
        Succeed();
        var look = Look();
        var remembered = RememberedKey.Load(look.Paths.Key, look.Earlier.Key)!;
        (remembered with { Key = "other", Version = "RestrictedRunner.Build 0.0.9.0" }).Save(look.Paths.Key);
        StateFile.Save(look.Paths.State, look.Earlier with { Key = "other" });
        Write("in/changed.txt", "2");

        Assert.Equal([$"the version of this package changed: RestrictedRunner.Build 0.0.9.0 → {look.Action(look.Inputs)!.Salt}", "input in/changed.txt changed"], Causes());
    }

    [Theory]
    [InlineData(1, "a", "  a")]
    [InlineData(3, "a (and 2 more)", "  a\n  b\n  c")]
    [InlineData(5, "a (and 4 more)", "  a\n  b\n  c\n  and 2 more")]
    public void Causes_are_short_or_a_list(int count, string shortText, string lines)
    {
        string[] causes = [.. new[] { "a", "b", "c", "d", "e" }.Take(count)];

        Assert.Equal(shortText, CauseText.Short(causes));
        Assert.Equal(lines, CauseText.Lines(causes, most: 3));
    }

    private void Begin()
    {
        foreach (var folder in new[] { "in", "made", "obj" }.Select(name => _folder[name]).Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }

        _metadata = new() { ["Image"] = $"busybox@sha256:{new string('a', 64)}", ["Command"] = "true", ["PidsLimit"] = "9", ["Inputs"] = "in/", ["Outputs"] = "out.txt;made/" };
        _variables = new() { ["CHANGED"] = "1", ["GONE"] = "1", ["SAME"] = "1" };
        Write("in/changed.txt", "1");
        Write("in/gone.txt", "1");
        Write("in/same.txt", "1");
        Write("out.txt", "out");
        Write("made/own.txt", "the user's");
    }

    // As after a run of the step.
    private void Succeed(params string[] written)
    {
        var look = Look();
        var files = WrittenFiles.Of((written.Length == 0 ? ["out.txt"] : written).Select(path => Build.Outputs.OutputOnDisk.At(_folder.Path, path)!), CancellationToken.None);
        RememberedKey.Of(look.Key, StepActions.PartsOf(look.Action(look.Inputs)!, look.Options), look.Inputs.Root.Hash, look.Inputs.Contents()).Save(PathOfKey(look));
        StateFile.Save(look.Paths.State, new() { Key = look.Key, OutputsHash = look.OutputsOf(files).Root.Hash, Written = files, Writer = StepWriter.Of(look.Step, _folder["a.proj"], new("", "")) });
    }

    private static string PathOfKey(StepLook look)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(look.Paths.Key)!);
        return look.Paths.Key;
    }

    private IReadOnlyList<string> Causes() => RunCauses.Of(Look(), Setting, CancellationToken.None);

    private StepLook Look()
    {
        var item = new TaskItem("Step");
        foreach (var (name, value) in _metadata.Append(KeyValuePair.Create("EnvironmentVariables", string.Join(';', _variables.Select(variable => $"{variable.Key}={variable.Value}")))))
        {
            item.SetMetadata(name, value);
        }

        var step = StepReader.ReadAlone(item, _folder.Path, Here.Host);
        return new(step, StepPlace.InProject(step, _folder.Path).Parameters(step, []).Options, StateFile.Load(Setting.State.Of(step).State), Setting, new(new HeardEvents(out _), Setting.State, Here.Host), CancellationToken.None);
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllText(_folder[name], text);
    }
}
