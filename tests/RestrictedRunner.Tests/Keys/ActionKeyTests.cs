using CsCheck;
using Google.Protobuf;
using RestrictedRunner.Build;
using RestrictedRunner.Build.RemoteExecution;

namespace RestrictedRunner.Tests;

public class ActionKeyTests
{
    private static readonly Digest Inputs = InputTree.Of([new InputEntry.File("src/a.txt", Digests.Of("hello\n"u8), IsExecutable: false)]).Root;

    private static readonly StepAction Copy = new()
    {
        Arguments = ["/bin/sh", "-c", "cp src/a.txt out.txt"],
        EnvironmentVariables = [new("TZ", "UTC"), new("SOURCE_DATE_EPOCH", "0")],
        OutputPaths = ["out.txt"],
        Image = $"docker.io/library/busybox@sha256:{new string('0', 64)}",
        Properties = [new("OSFamily", "linux")],
        Timeout = TimeSpan.FromMinutes(1),
        Salt = "",
    };

    private static readonly StepAction[] Changes =
    [
        Copy with { Arguments = ["/bin/sh", "-c", "cp src/a.txt out.txt", ""] },
        Copy with { Arguments = ["/bin/sh", "-c cp src/a.txt out.txt"] },
        Copy with { EnvironmentVariables = [] },
        Copy with { EnvironmentVariables = [new("TZ", "0"), new("SOURCE_DATE_EPOCH", "UTC")] },
        Copy with { WorkingDirectory = "src" },
        Copy with { OutputPaths = [] },
        Copy with { OutputPaths = ["out.txt", "out2.txt"] },
        Copy with { Image = "busybox" },
        Copy with { Properties = [] },
        Copy with { Properties = [new("OSFamily", "linux"), new("memory", "512m")] },
        Copy with { Properties = [new("linux", "OSFamily")] },
        Copy with { Timeout = TimeSpan.FromMilliseconds(60_001) },
        Copy with { Timeout = Timeout.InfiniteTimeSpan },
        Copy with { Salt = "2" },
    ];

    [Fact]
    public void The_key_is_the_one_that_others_compute()
    {
        var key = ActionKey.Of(Copy, Inputs);

        Assert.Equal("208841804ce2f858e0e34a9e99b9d7c43c2e457d6cf441a1309921fecbd9d17e", key.Digest.Hash);
        Assert.Equal(293, key.Digest.SizeBytes);
        Assert.Equal((key.Digest, key.Action.CommandDigest), (Digests.Of(key.Action), Digests.Of(key.Command)));
    }

    [Fact]
    public void Steps_that_differ_have_keys_that_differ() =>
        Assert.Distinct(Changes.Append(Copy).Select(step => ActionKey.Of(step, Inputs).Digest));

    [Fact]
    public void Other_inputs_are_another_key() =>
        Assert.NotEqual(ActionKey.Of(Copy, Inputs).Digest, ActionKey.Of(Copy, InputTree.Of([]).Root).Digest);

    [Fact]
    public void What_has_no_order_is_sorted_by_bytes() =>
        Gen.Select(Utf8OrderTests.Text, Utf8OrderTests.Text).Array[1, 8].Sample(pairs =>
        {
            var key = ActionKey.Of(
                Copy with
                {
                    EnvironmentVariables = [.. pairs.Select(pair => new EnvironmentVariable(pair.Item1, pair.Item2))],
                    OutputPaths = [.. pairs.Select(pair => pair.Item1)],
                    Properties = [.. pairs.Select(pair => new ActionProperty(pair.Item1, pair.Item2))],
                },
                Inputs);

            AssertAscending(key.Command.EnvironmentVariables.Select(variable => variable.Name));
            AssertAscending(key.Command.OutputPaths);
            // U+0000 is smaller than whatever else a name goes on with.
            AssertAscending(key.Action.Platform.Properties.Select(property => $"{property.Name}\0{property.Value}"));
        });

    [Fact]
    public void Of_two_variables_with_one_name_the_later_counts() =>
        Assert.Equal(
            ActionKey.Of(Copy, Inputs).Digest,
            ActionKey.Of(Copy with { EnvironmentVariables = [new("TZ", "CET"), .. Copy.EnvironmentVariables] }, Inputs).Digest);

    [Fact]
    public void An_output_folder_may_end_with_a_slash() =>
        Assert.Equal(["gen"], ActionKey.Of(Copy with { OutputPaths = ["gen/", "gen"] }, Inputs).Command.OutputPaths);

    [Fact]
    public void An_absolute_output_is_refused() =>
        Assert.Throws<ArgumentException>(() => ActionKey.Of(Copy with { OutputPaths = ["/out.txt"] }, Inputs));

    [Fact]
    public void The_salt_is_our_version_unless_another_is_given() =>
        Assert.Matches(@"^RestrictedRunner\.Build \d+\.\d+\.\d+\.\d+$", ActionKey.Of(new StepAction(), Inputs).Action.Salt.ToStringUtf8());

    private static void AssertAscending(IEnumerable<string> texts)
    {
        string[] all = [.. texts];
        Assert.NotEmpty(all);
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.True(Bytes(pair.First).SequenceCompareTo(Bytes(pair.Second)) < 0));
    }

    private static ReadOnlySpan<byte> Bytes(string text) => ByteString.CopyFromUtf8(text).Span;
}
