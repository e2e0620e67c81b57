using CsCheck;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public sealed class RoundTripTests : IDisposable
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly string[] Names = [.. new[] { "a", "b", "é", "日本", "\U0001f600", " a b ", "a;b", "$(c)", "%41", "-r", ".hidden", "...", "a\\b", "a\nb", "*" }.Where(Here.Paths.IsName)];
    private static readonly Gen<string> Name = Gen.Int[0, Names.Length - 1].Select(i => Names[i]);
    private static readonly Gen<string[]> Place = Name.Array[1, 5];
    private static readonly Gen<byte[]> Content = Gen.OneOf(Gen.Const(Array.Empty<byte>()), Gen.Byte.Array[0, 100], Gen.Byte.Select(value => Enumerable.Repeat(value, 300_000).ToArray()));

    private readonly TemporaryCache _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void Whatever_a_step_makes_comes_back() =>
        Gen.Select(Place, Content, Gen.Int[0, 3]).Array[0, 8].Sample(
            outputs =>
            {
                using var cache = new TemporaryCache();
                foreach (var (place, content, kind) in outputs)
                {
                    Make(cache.At(Path.Combine(place)), content, kind);
                }

                string[] paths = [.. Directory.EnumerateFileSystemEntries(cache.Project).Select(path => Path.GetFileName(path)!)];
                var made = cache.Snapshot();
                cache.MustStore(paths);
                cache.EmptyProject();
                cache.MustRestore(paths);

                Assert.Equal(made, cache.Snapshot());
                Assert.Empty(cache.MustRestore(paths).Written);
            },
            iter: 50,
            threads: 1);

    [Fact]
    public void The_same_outputs_are_the_same_result()
    {
        string[] names = ["z", "\uff5e", "\U0001f600", "a"];
        foreach (var name in names)
        {
            _cache.Write(name, "1");
            _cache.Write($"folder/{name}/{name}", "2");
        }

        var result = _cache.Store([.. names, "folder"]).Result!;
        using var other = new TemporaryCache();
        foreach (var name in names.Reverse())
        {
            other.Write($"folder/{name}/{name}", "2");
            other.Write(name, "1");
        }

        Assert.Equal(result, other.Store(["folder/", .. names.Reverse(), "a"]).Result);
        Assert.Equal(["a", "z", "\uff5e", "\U0001f600"], result.OutputFiles.Select(file => file.Path));
        Assert.Equal("restricted-runner", result.ExecutionMetadata.Worker);
        Assert.Equal(result, _cache.Cache.Find(TemporaryCache.Key));
    }

    [Fact]
    public void What_a_step_said_comes_back()
    {
        var said = new StepOutputs(_cache.Project, []) { StandardOutput = "a\r\n\0"u8.ToArray(), StandardError = new byte[] { 0xff } };

        Assert.Null(_cache.Cache.Store(TemporaryCache.Key, said, TestContext.Current.CancellationToken).Problem);
        var restored = _cache.MustRestore();

        Assert.Equal(said.StandardOutput.ToArray(), restored.StandardOutput.ToArray());
        Assert.Equal(said.StandardError.ToArray(), restored.StandardError.ToArray());
    }

    [Fact]
    public void A_step_that_said_nothing_has_said_nothing()
    {
        _cache.MustStore();

        var restored = _cache.MustRestore();
        Assert.True(restored.StandardOutput.IsEmpty && restored.StandardError.IsEmpty);
        Assert.Empty(restored.Written);
    }

    [Fact]
    public void What_is_not_stored_is_a_miss()
    {
        _cache.MustMiss("a");
        Assert.Null(_cache.Cache.Find(TemporaryCache.Key));
        Assert.Empty(_cache.Files);
    }

    [Fact]
    public void A_result_of_other_outputs_is_a_miss()
    {
        _cache.Write("a", "1");
        _cache.MustStore("a");
        _cache.EmptyProject();

        _cache.MustMiss("a", "b");
    }

    [Fact]
    public void A_restored_file_is_new_and_an_ordinary_one()
    {
        _cache.Write("a", "1");
        File.SetLastWriteTimeUtc(_cache.At("a"), DateTime.UnixEpoch);
        _cache.MustStore("a");
        _cache.EmptyProject();
        _cache.Write("ordinary", "");

        Assert.Equal(["a"], _cache.MustRestore("a").Written);

        Assert.Equal(DateTime.UtcNow, File.GetLastWriteTimeUtc(_cache.At("a")), TimeSpan.FromMinutes(1));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(File.GetUnixFileMode(_cache.At("ordinary")), File.GetUnixFileMode(_cache.At("a")));
        }
    }

    [Fact]
    public void What_is_there_with_the_same_content_is_left_alone()
    {
        _cache.Write("out/same", "1");
        _cache.Write("out/other", "1");
        _cache.Link("out/link", "same");
        _cache.MustStore("out");
        _cache.Write("out/other", "2");
        File.SetLastWriteTimeUtc(_cache.At("out/same"), DateTime.UnixEpoch);

        Assert.Equal(["out/other"], _cache.MustRestore("out").Written);

        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(_cache.At("out/same")));
        Assert.Equal("1", _cache.Read("out/other"));
    }

    [Fact]
    public void The_executable_bit_alone_makes_a_difference()
    {
        Needs.Permissions();
        _cache.Write("a", "1");
        _cache.Write("b", "1");
        SetMode("a", File.GetUnixFileMode(_cache.At("a")) | AnyExecute);
        _cache.MustStore("a", "b");
        var made = _cache.Snapshot();
        SetMode("b", File.GetUnixFileMode(_cache.At("a")));
        SetMode("a", File.GetUnixFileMode(_cache.At("a")) & ~AnyExecute);

        Assert.Equal(["a", "b"], _cache.MustRestore("a", "b").Written);
        Assert.Equal(made, _cache.Snapshot());
    }

    [Fact]
    public void What_else_is_in_an_output_goes_and_what_is_outside_stays()
    {
        _cache.Write("out/sub/file", "1");
        _cache.Write("out/becomes-folder/file", "1");
        _cache.Write("out/becomes-file", "1");
        _cache.Link("out/becomes-link", "sub");
        _cache.MustStore("out");
        var made = _cache.Snapshot();
        _cache.EmptyProject();
        _cache.Write("elsewhere/file", "3");
        _cache.Write("out/surplus", "2");
        _cache.Write("out/.hidden/deep/surplus", "2");
        _cache.Write("out/becomes-folder", "2");
        _cache.Write("out/becomes-file/file", "2");
        _cache.Write("out/becomes-link/file", "2");
        // The same content, but not in the output.
        _cache.Write("elsewhere2/file", "1");
        _cache.Link("out/sub", "../elsewhere2");
        _cache.Link("out/surplus-link", "../elsewhere");

        _cache.MustRestore("out");

        Assert.Equal("3", _cache.Read("elsewhere/file"));
        Assert.Equal("1", _cache.Read("elsewhere2/file"));
        Directory.Delete(_cache.At("elsewhere"), recursive: true);
        Directory.Delete(_cache.At("elsewhere2"), recursive: true);
        Assert.Equal(made, _cache.Snapshot());
    }

    [Fact]
    public void A_restored_file_that_is_written_to_leaves_the_cache_as_it_was()
    {
        _cache.Write("a", "1");
        _cache.MustStore("a");
        File.AppendAllText(_cache.At("a"), "2");
        _cache.MustRestore("a");
        Assert.Equal("1", _cache.Read("a"));
        File.AppendAllText(_cache.At("a"), "2");
        _cache.EmptyProject();

        _cache.MustRestore("a");
        Assert.Equal("1", _cache.Read("a"));
    }

    [Fact]
    public void The_same_content_is_in_the_cache_once_and_nobody_may_write_it()
    {
        _cache.Write("a", "1");
        _cache.Write("folder/b", "1");
        _cache.MustStore("a", "folder/b");

        Assert.Equal(2, _cache.Files.Count);
        Needs.Permissions();
        Assert.All(_cache.Files, file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & (AnyExecute | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_cache.Folder.Path));
    }

    [Fact]
    public void Files_with_the_same_content_are_stored_at_once()
    {
        for (var i = 0; i < 200; i++)
        {
            _cache.Write($"out/{i}", "1");
        }

        _cache.MustStore("out");
        _cache.EmptyProject();

        Assert.Equal(200, _cache.MustRestore("out").Written.Count);
    }

    [Fact]
    public void A_long_way_down_is_no_matter()
    {
        var path = "out/" + string.Join('/', Enumerable.Repeat("d", 300)) + "/file";
        _cache.Write(path, "1");
        _cache.MustStore("out");
        _cache.EmptyProject();
        _cache.MustRestore("out");

        Assert.Equal("1", _cache.Read(path));
    }

    [Fact]
    public void Nothing_but_the_outputs_is_left_in_the_project()
    {
        _cache.Write("obj/a", "1");
        _cache.Write("obj/b/c", "1");
        _cache.MustStore("obj/a", "obj/b");
        _cache.EmptyProject();
        _cache.MustRestore("obj/a", "obj/b");

        Assert.Equal(["obj/", "obj/a  31", "obj/b/", "obj/b/c  31"], _cache.Snapshot());
    }

    [Fact]
    public void What_a_killed_restore_left_goes_with_the_next()
    {
        _cache.Write("obj/a", "1");
        _cache.MustStore("obj/a");
        var left = Directory.CreateDirectory(_cache.At("obj/.restricted-runner-left"));
        left.LastWriteTimeUtc = DateTime.UtcNow.AddHours(-2);
        Directory.CreateDirectory(_cache.At("obj/.restricted-runner-at-work"));
        File.Delete(_cache.At("obj/a"));

        _cache.MustRestore("obj/a");

        Assert.Equal(["obj/", "obj/.restricted-runner-at-work/", "obj/a  31"], _cache.Snapshot());
    }

    [Theory]
    [InlineData("gone", "not there")]
    [InlineData("away", "leads out of")]
    [InlineData("folder", "leads out of")]
    [InlineData("behind/file", "behind the symbolic link")]
    [InlineData("pipe", "no file, folder or symbolic link")]
    public void What_cannot_come_back_is_not_stored(string output, string problem)
    {
        _cache.Write("good", "1");
        if (output == "pipe")
        {
            Needs.Pipes();
            Assert.True(NamedPipe.TryMake(_cache.At("pipe")));
        }
        else if (output != "gone")
        {
            Needs.Links();
            _cache.Link("away", "/etc");
            _cache.Link("folder/up", "../../x");
            _cache.Write("real/file", "1");
            _cache.Link("behind", "real");
        }

        var outcome = _cache.Store("good", output);

        Assert.Null(outcome.Result);
        Assert.Contains(problem, outcome.Problem, StringComparison.Ordinal);
        Assert.Empty(_cache.Files);
    }

    [Fact]
    public void An_output_behind_a_link_is_not_restored()
    {
        Needs.Links();
        _cache.Write("obj/a", "1");
        _cache.MustStore("obj/a");
        _cache.EmptyProject();
        _cache.Write("elsewhere/b", "2");
        _cache.Link("obj", "elsewhere");
        var before = _cache.Snapshot();

        var outcome = _cache.Restore("obj/a");

        Assert.Contains("behind the symbolic link", outcome.Problem, StringComparison.Ordinal);
        Assert.Null(outcome.Result);
        Assert.Equal(before, _cache.Snapshot());
        Assert.NotNull(_cache.Cache.Find(TemporaryCache.Key));
    }

    [Fact]
    public void A_cancelled_step_leaves_nothing()
    {
        _cache.Write("a", "1");
        _cache.MustStore("a");
        _cache.Write("a", "2");
        var before = (_cache.Snapshot(), _cache.Files);
        var cancelled = new CancellationToken(canceled: true);

        Assert.ThrowsAny<OperationCanceledException>(() => _cache.Cache.Store(TemporaryCache.Key, new(_cache.Project, ["a"]), cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => _cache.Cache.Restore(TemporaryCache.Key, new(_cache.Project, ["a"]), cancelled));

        Assert.Equal(before.Item1, _cache.Snapshot());
        Assert.Equal(before.Files, _cache.Files);
    }

    // Where something is already, nothing is made.
    private static void Make(string path, byte[] content, int kind)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
            {
                return;
            }

            switch (kind)
            {
                case 0:
                    Directory.CreateDirectory(path);
                    break;
                case 1:
                    File.CreateSymbolicLink(path, "leads/nowhere");
                    break;
                case 2:
                    File.WriteAllBytes(path, content);
                    break;
                default:
                    File.WriteAllBytes(path, content);
                    if (!OperatingSystem.IsWindows())
                    {
                        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | AnyExecute);
                    }

                    break;
            }
        }
        catch (IOException)
        {
            // A file is where a folder would have to be.
        }
    }

    private void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_cache.At(path), mode);
        }
    }
}
