using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Results whose files are declared by patterns, and what else may be among them.</summary>
public sealed class GlobOutputTests : IDisposable
{
    private readonly TemporaryCache _cache = new();

    public void Dispose() => _cache.Dispose();

    [Fact]
    public void A_result_brings_back_what_the_glob_stood_for()
    {
        _cache.Write("gen/a.c", "1");
        _cache.Write("gen/sub/b.c", "2");
        _cache.Write("c", "3");
        _cache.MustStore("gen/a.c", "gen/sub/b.c", "c");
        var made = _cache.Snapshot();
        _cache.EmptyProject();

        var restored = Restore(new(_cache.Project, ["c"]) { Globs = [Glob("gen/**/*.c")] }).Result;

        Assert.Equal(["c", "gen/a.c", "gen/sub/b.c"], restored!.Entries.Select(entry => entry.Path).Order(StringComparer.Ordinal));
        Assert.Equal(made, _cache.Snapshot());
    }

    [Theory]
    [InlineData("gen/*.h")]
    [InlineData("other/**")]
    [InlineData("gen/sub/*.c")]
    public void A_result_with_a_file_that_is_not_declared_is_a_miss(string glob)
    {
        _cache.Write("gen/a.c", "1");
        _cache.MustStore("gen/a.c");
        _cache.EmptyProject();

        Assert.Equal(new RestoreOutcome(null, null), Restore(new(_cache.Project, []) { Globs = [Glob(glob)] }));
        Assert.Empty(_cache.Snapshot());
    }

    [Fact]
    public void A_result_without_a_declared_file_is_a_miss()
    {
        _cache.Write("gen/a.c", "1");
        _cache.MustStore("gen/a.c");
        _cache.EmptyProject();

        Assert.Equal(new RestoreOutcome(null, null), Restore(new(_cache.Project, ["c"]) { Globs = [Glob("gen/*.c")] }));
    }

    [Fact]
    public void What_an_earlier_run_left_goes_with_its_folders_and_the_users_files_stay()
    {
        _cache.Write("gen/a.c", "1");
        _cache.Write("docs/a", "1");
        _cache.MustStore("gen/a.c", "docs");
        _cache.EmptyProject();
        string[] earlier = ["gen/old/b.c", "docs/old", "docs/old/b", "gen/users.c"];
        string[] users = ["gen/own.c", "docs/own", "docs/sub/own"];
        foreach (var file in earlier.Except(["docs/old"]).Concat(users))
        {
            _cache.Write(file, "2");
        }

        var places = new OutputPlaces(_cache.Project, ["docs"])
        {
            Globs = [Glob("gen/**/*.c")],
            Earlier = earlier,
            MayGo = output => earlier.Contains(output.Path) && output.Path != "gen/users.c",
        };

        Assert.NotNull(Restore(places).Result);
        Assert.Equal(
            ["docs/", "docs/a  31", "docs/own  32", "docs/sub/", "docs/sub/own  32", "gen/", "gen/a.c  31", "gen/own.c  32", "gen/users.c  32"],
            _cache.Snapshot());
    }

    [Fact]
    public void A_folder_with_a_users_file_in_it_is_not_removed_for_a_file()
    {
        _cache.Write("out/a", "1");
        _cache.MustStore("out");
        _cache.EmptyProject();
        _cache.Write("out/a/own", "2");

        var outcome = Restore(new(_cache.Project, ["out"]) { MayGo = static _ => false });

        Assert.Null(outcome.Result);
        Assert.NotNull(outcome.Problem);
        Assert.Equal("2", _cache.Read("out/a/own"));
    }

    private Glob Glob(string text) => RestrictedRunner.Build.Paths.Glob.Parse(Here.Paths, text, _cache.Project);

    private RestoreOutcome Restore(OutputPlaces places) => _cache.Cache.Restore(TemporaryCache.Key, places, TestContext.Current.CancellationToken);
}
