using RestrictedRunner.Build;
using RestrictedRunner.Build.RemoteExecution;
using Directory = System.IO.Directory;

namespace RestrictedRunner.Tests;

public sealed class CorruptionTests : IDisposable
{
    private static readonly string[] Outputs = ["file", "folder"];

    private readonly TemporaryCache _cache = new();

    public CorruptionTests()
    {
        _cache.Write("file", "1");
        _cache.Write("folder/a", "22");
        _cache.Write("folder/b/c", "333");
        _cache.Link("folder/link", "a");
        var outputs = new StepOutputs(_cache.Project, Outputs) { StandardOutput = "4444"u8.ToArray(), StandardError = "55555"u8.ToArray() };
        Assert.Null(_cache.Cache.Store(TemporaryCache.Key, outputs, TestContext.Current.CancellationToken).Problem);
        _cache.EmptyProject();
    }

    public static TheoryData<string> EveryDamage => ["empty", "shorter", "longer", "gone", "folder", "full folder", "dangling link"];

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void A_flipped_bit_of_any_byte_of_any_file_is_a_miss()
    {
        var files = Contents();
        Assert.Equal(7, files.Count);
        foreach (var (file, content) in files)
        {
            // Every bit of what is short, and every bit of a byte in turn of what is long.
            for (var bit = 0; bit < content.Length * 8; bit += content.Length < 10 ? 1 : 9)
            {
                content[bit / 8] ^= (byte)(1 << (bit % 8));
                Overwrite(file, content);

                _cache.MustMiss(Outputs);
                Assert.False(File.Exists(file), $"{file} is still there");

                content[bit / 8] ^= (byte)(1 << (bit % 8));
                PutBack(files);
            }
        }

        _cache.MustRestore(Outputs);
    }

    [Theory]
    [MemberData(nameof(EveryDamage))]
    public void A_damaged_file_is_a_miss_and_then_stored_anew(string damage)
    {
        var files = Contents();
        foreach (var (file, content) in files)
        {
            File.Delete(file);
            switch (damage)
            {
                case "empty":
                    Overwrite(file, []);
                    break;
                case "shorter":
                    Overwrite(file, content[..^1]);
                    break;
                case "longer":
                    Overwrite(file, [.. content, 0]);
                    break;
                case "folder":
                    Directory.CreateDirectory(file);
                    break;
                case "full folder":
                    Directory.CreateDirectory(Path.Combine(file, "a/b"));
                    break;
                case "dangling link":
                    File.CreateSymbolicLink(file, "/nowhere");
                    break;
            }

            _cache.MustMiss(Outputs);
            Assert.False(Path.Exists(file) || new FileInfo(file).LinkTarget is not null, $"{file} is still there");
            PutBack(files);
        }

        _cache.MustRestore(Outputs);
    }

    [Fact]
    public void A_folder_in_the_place_of_a_file_does_not_keep_it_from_being_stored()
    {
        _cache.MustRestore(Outputs);
        foreach (var (file, _) in Contents())
        {
            File.Delete(file);
            Directory.CreateDirectory(Path.Combine(file, "a"));
        }

        _cache.MustStore(Outputs);

        _cache.EmptyProject();
        _cache.MustRestore(Outputs);
    }

    [Fact]
    public void A_good_file_stays_if_the_one_that_replaces_it_is_bad()
    {
        _cache.MustRestore(Outputs);
        _cache.Write("file", "good");
        _cache.Write("folder/a", "good");
        _cache.Write("folder/surplus", "good");
        File.Delete(_cache.At("folder/link"));
        var before = _cache.Snapshot();
        var blob = _cache.Folder.Blob(Digests.Of("22"u8).Hash);
        Overwrite(blob, "23"u8.ToArray());

        Assert.Equal(new RestoreOutcome(null, null), _cache.Restore(Outputs));

        Assert.Equal(before, _cache.Snapshot());
        Assert.False(File.Exists(blob));
    }

    [Fact]
    public Task A_file_that_may_not_be_read_is_a_miss()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Here.Host.UserId == 0, "Needs to become another user.");
        return Child.RunAsync(nameof(Child.MissWhatMayNotBeRead));
    }

    [Fact]
    public void A_result_of_another_step_is_a_miss()
    {
        var result = _cache.Folder.Result(TemporaryCache.Key);
        var other = _cache.Folder.Result(TemporaryCache.KeyOf("other"));
        Directory.CreateDirectory(Path.GetDirectoryName(other)!);
        File.Copy(result, other);

        Assert.Null(_cache.Cache.Find(TemporaryCache.KeyOf("other")));
        Assert.False(File.Exists(other));
        _cache.MustRestore(Outputs);
    }

    [Fact]
    public void A_result_reads_as_one_for_those_who_know_only_the_api()
    {
        var result = ActionResult.Parser.WithDiscardUnknownFields(true).ParseFrom(File.ReadAllBytes(_cache.Folder.Result(TemporaryCache.Key)));

        Assert.Equal(_cache.Cache.Find(TemporaryCache.Key), result);
    }

    private List<(string File, byte[] Content)> Contents() => [.. _cache.Files.Select(file => (file, File.ReadAllBytes(file)))];

    private static void PutBack(List<(string File, byte[] Content)> files)
    {
        foreach (var (file, content) in files.Where(file => !File.Exists(file.File)))
        {
            File.WriteAllBytes(file, content);
        }
    }

    private static void Overwrite(string file, byte[] content)
    {
        File.Delete(file);
        File.WriteAllBytes(file, content);
    }
}
