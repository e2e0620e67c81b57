using System.Text;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class StepActionsTests
{
    // Where, when or how noisily a step runs.
    private static readonly string[] WithoutEffect =
        [nameof(StepOptions.Engine), nameof(StepOptions.Context), nameof(StepOptions.Pull), nameof(StepOptions.Transfer), nameof(StepOptions.ClientDirectory), nameof(StepOptions.StopTimeout), nameof(StepOptions.Labels), nameof(StepOptions.CaBundle), nameof(StepOptions.Proxy), nameof(StepOptions.NoProxy)];

    private static readonly StepOptions Plain = new() { Image = "busybox", Command = "a && b" };

    public static TheoryData<string> AllOptions => [.. typeof(StepOptions).GetProperties().Where(property => property.Name != nameof(StepOptions.Image)).Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(AllOptions))]
    public void Every_option_is_in_the_key_but_those_that_change_no_result(string name)
    {
        var property = typeof(StepOptions).GetProperty(name)!;
        var changed = Plain with { };
        property.SetValue(changed, Another(property.GetValue(Plain)));

        Assert.Equal(WithoutEffect.Contains(name), Key(changed) == Key(Plain));

        // So that of each key that changes it is said why.
        Assert.Equal(WithoutEffect.Contains(name), Parts(changed) == Parts(Plain));
    }

    [Fact]
    public void The_image_is_what_it_was_looked_up_as() =>
        Assert.Equal(Key(Plain), Key(Plain with { Image = "busybox:latest" }));

    [Fact]
    public void Two_lists_are_never_one_text()
    {
        IReadOnlyList<string>[] lists = [[], [""], ["a", "b"], ["b", "a"], ["a:b"], ["a%3Ab"], ["a,b"], ["a", "", "b"], ["ab"]];

        Assert.Distinct(lists.Select(list => Key(Plain with { CapAdd = list })));
    }

    [Fact]
    public void The_text_of_a_script_is_no_argument() =>
        Assert.NotEqual(Key(Plain), Key(Plain with { Command = "", Arguments = ["sh", Plain.Command] }));

    [Fact]
    public void The_folder_of_the_checkout_does_not_count()
    {
        Assert.Equal(Of("/home/me/app"), Of("/ci/1"));

        static string Of(string project) => Key(Plain with { Mounts = [new($"{project}/src", "/src")], StandardInput = $"{project}/in.txt" }, project);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public void A_switch_that_decides_what_is_a_failure_counts_as_it_is_written(string value) =>
        Assert.NotEqual(Key(Plain), ActionKey.Of(StepActions.Of(Step with { Given = GivenValues.Of([new("IgnoreExitCode", GivenValue.OfMetadata(OptionType.Switch, value))]) }, Plain, "sha256:1", "", Host.Linux, "/project"), Root).Digest.Hash);

    [Fact]
    public void Cache_mounts_do_not_count()
    {
        var given = GivenValues.Of([new("CacheMounts", GivenValue.OfMetadata(OptionType.List, "npm:/cache/npm"))]);
        var parameters = ParameterReader.Read(given, "/project", LogFilePlace.At("/log"), Host.Linux);

        Assert.Single(parameters.CacheMounts);
        Assert.Empty(parameters.Options.Mounts);
        Assert.Equal(Key(Plain), ActionKey.Of(StepActions.Of(Step with { Given = given, Parameters = parameters }, Plain, "sha256:1", "", Host.Linux, "/project"), Root).Digest.Hash);
    }

    // The same step without one has read what nobody knows of.
    [Fact]
    public void A_dependency_file_is_in_the_key_also_where_it_is_an_output_anyway()
    {
        DeclaredOutputs[] outputs = [Step.Outputs, Step.Outputs.WithDependencyFile("a.d"), Step.Outputs.WithDependencyFile("b.d"), Of("a.d"), Of("b.d").WithDependencyFile("a.d"), Of("./a.d").WithDependencyFile("a.d")];

        Assert.Distinct(outputs.Select(output => ActionKey.Of(StepActions.Of(Step with { Outputs = output }, Plain, "sha256:1", "", Host.Linux, "/project"), Root).Digest.Hash));

        static DeclaredOutputs Of(string more) => DeclaredOutputs.Of(HostPaths.Linux, "/project", ["out.txt", more]);
    }

    private static DeclaredStep Step => new("Step", new("/project/x.csproj", () => 1)) { Outputs = DeclaredOutputs.Of(HostPaths.Linux, "/project", ["out.txt"]) };

    private static Build.RemoteExecution.Digest Root => InputTree.Of([]).Root;

    private static string Key(StepOptions options, string project = "/project") => ActionKey.Of(StepActions.Of(Step, options, "sha256:1", "", Host.Linux, project), Root).Digest.Hash;

    private static string Parts(StepOptions options)
    {
        var parts = StepActions.PartsOf(StepActions.Of(Step, options, "sha256:1", "", Host.Linux, "/project"), options);
        return string.Join("\n", parts.Parameters.Concat(parts.Variables).Select(part => $"{part.Key} {part.Value}").Order(StringComparer.Ordinal));
    }

    private static object Another(object? value) => value switch
    {
        bool flag => !flag,
        int number => number + 7,
        TimeSpan time => time == Timeout.InfiniteTimeSpan ? TimeSpan.FromSeconds(7) : time + TimeSpan.FromSeconds(7),
        string text => text + "7",
        PullPolicy => PullPolicy.Never,
        FileTransfer => FileTransfer.Copy,
        Encoding => Encoding.Latin1,
        IReadOnlyList<string> => new[] { "7" },
        IReadOnlyList<Mount> => new[] { new Mount("/host", "/container") },
        IReadOnlyList<Secret> => new[] { new Secret("token") },
        IReadOnlyList<EnvironmentVariable> => new[] { new EnvironmentVariable("A", "7") },
        _ => throw new NotSupportedException($"{value}"),
    };
}
