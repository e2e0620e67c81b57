using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class ProjectTreeTests
{
    private const string Below = "restricted-runner-project";

    [Theory]
    [InlineData(0, "a/b", "a/b")]
    [InlineData(0, "..a/b", "..a/b")]
    [InlineData(1, "a", $"{Below}/a")]
    [InlineData(1, "../a", "a")]
    [InlineData(2, "../a", $"{Below}/a")]
    [InlineData(2, "../../a/..b", "a/..b")]
    public void A_path_from_the_project_has_a_place_in_the_tree(int depth, string path, string place) =>
        Assert.Equal(place, ProjectTree.PathAt(depth, path));

    [Fact]
    public void What_is_beside_the_project_is_never_in_its_place() =>
        Assert.NotEqual(ProjectTree.PathAt(1, "a.txt"), ProjectTree.PathAt(1, "../_/a.txt"));

    [Fact]
    public void What_is_above_the_tree_has_none() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ProjectTree.PathAt(0, "../a"));

    [Theory]
    [InlineData(0, "a", "..a", "a/b")]
    [InlineData(1, "a", "../b")]
    [InlineData(3, "../a", "../../../b", "c")]
    public void The_tree_begins_above_all_paths(int depth, params string[] paths) => Assert.Equal(depth, ProjectTree.Depth(paths));
}
