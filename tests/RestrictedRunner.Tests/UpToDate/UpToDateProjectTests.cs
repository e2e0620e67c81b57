using CsCheck;
using RestrictedRunner.Build.Hosts;
using RestrictedRunner.Build.State;
using RestrictedRunner.TestSupport;

namespace RestrictedRunner.Tests;

public sealed class UpToDateProjectTests : IDisposable
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char["/ab .\n\u00e9\uff5e"], 0, 20];

    private static readonly Gen<SeenPath> Path = Gen.Select(Text, Gen.Long, Gen.ULong, Gen.Bool, Gen.UInt).Select((path, number, inode, hasStamp, kind) =>
        new SeenPath(path, hasStamp ? new FileStamp(number, number, 1, inode, 3) : null, kind));

    private static readonly Gen<UpToDateProject> Project =
        Gen.Select(Text, Gen.Int, Gen.Select(Text, Text.Array[0, 2], Text.Array[0, 3]).Array[0, 3], Gen.Select(Text, Text, Text, Text).Array[0, 2], Path.Array[0, 4]).Select((text, day, steps, images, paths) =>
            new UpToDateProject(text, text + "x", day, [.. steps.Select(step => new UpToDateStep(step.Item1, step.Item2, step.Item3))], [.. images.Select(image => new SeenImage(new(image.Item1, image.Item2), image.Item3, image.Item4))], paths));

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_comes_back_from_its_bytes() => Project.Sample(project => Assert.Equivalent(project, Load(project.ToBytes()), strict: true), iter: 50, threads: 1);

    [Fact]
    public void A_part_of_it_is_nothing() =>
        Project.Sample(
            project =>
            {
                var bytes = project.ToBytes();
                Assert.All(Enumerable.Range(0, bytes.Length), length => Assert.Null(Load(bytes[..length])));
            },
            iter: 5,
            threads: 1);

    [Fact]
    public void A_changed_byte_makes_it_nothing() =>
        Gen.Select(Project, Gen.Int[0, int.MaxValue], Gen.Byte[1, 255]).Sample(
            (project, at, change) =>
            {
                var bytes = project.ToBytes();
                bytes[at % bytes.Length] ^= change;

                Assert.Null(Load(bytes));
            },
            iter: 100,
            threads: 1);

    [Fact]
    public void Nothing_is_known_of_a_project_that_has_no_file() => Assert.Null(UpToDateProject.Load(_folder["none"]));

    [Theory]
    [InlineData(0, true)]
    [InlineData(6, true)]
    [InlineData(7, false)]
    [InlineData(-1, false)]
    public void After_days_it_is_looked_again(int days, bool isStillSo) => Assert.Equal(isStillSo, Of(DigestCache.Today - days).IsStillSo("parameters", "names"));

    [Fact]
    public void Other_parameters_states_or_files_are_another_project()
    {
        var file = _folder.Write("a", "");
        var project = Of(DigestCache.Today, SeenPath.Now(file));
        Assert.True(project.IsStillSo("parameters", "names"));
        Assert.False(project.IsStillSo("others", "names"));
        Assert.False(project.IsStillSo("parameters", "others"));

        File.Delete(file);

        Assert.False(project.IsStillSo("parameters", "names"));
    }

    // On several threads.
    [Theory]
    [InlineData(0)]
    [InlineData(499)]
    [InlineData(999)]
    public void One_of_many_files_is_enough(int changed)
    {
        SeenPath[] seen = [.. Enumerable.Range(0, 1000).Select(i => SeenPath.Now(_folder.Write($"{i}", "")))];
        var project = Of(DigestCache.Today, seen);
        Assert.True(project.IsStillSo("parameters", "names"));

        File.Delete(_folder[$"{changed}"]);

        Assert.False(project.IsStillSo("parameters", "names"));
    }

    private static UpToDateProject Of(int day, params SeenPath[] seen) => new("parameters", "names", day, [], [], seen);

    private UpToDateProject? Load(byte[] bytes)
    {
        File.WriteAllBytes(_folder["project"], bytes);
        return UpToDateProject.Load(_folder["project"]);
    }
}
