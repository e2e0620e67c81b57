using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>Outputs in a folder that stands in for the project's.</summary>
public class DeclaredOutputsTests
{
    private const string Project = "/work/app/project";
    private const string Stage = "/stage/tree/project";

    [Theory]
    [InlineData("a.txt", "/stage/tree/project", "a.txt")]
    [InlineData("./gen//sub/", "/stage/tree/project/gen/sub", "gen/sub")]
    [InlineData("gen/**/*.c", "/stage/tree/project/gen", "gen/**/*.c")]
    [InlineData("../beside/*.c", "/stage/tree/beside", "../beside/*.c")]
    [InlineData("../beside", "/stage/tree", "../beside")]
    [InlineData("/work/app/project/gen/*.c", "/stage/tree/project/gen", "gen/*.c")]
    [InlineData("/work/app/other/", "/stage/tree/other", "../other")]
    [InlineData("**", "/stage/tree/project", "**")]
    public void They_have_their_places_from_there(string text, string folder, string path)
    {
        var moved = DeclaredOutputs.Of(HostPaths.Linux, Project, [text]).In(Stage);

        Assert.Equal([folder], moved.Folders);
        Assert.Equal([HostPaths.Linux.Full(path, Stage)], moved.Paths.Select(output => output.FullPath));
        Assert.Equal([text], moved.Texts);
        Assert.True(moved.Has(HostPaths.Linux.Full(path.Replace("**", "x/y", StringComparison.Ordinal).Replace('*', 'x'), Stage)));
        Assert.False(moved.Has(HostPaths.Linux.Full(path.Replace("**", "x/y", StringComparison.Ordinal).Replace('*', 'x'), Project)));
    }

    [Theory]
    [InlineData("/work/app/project", "a.txt", "a.txt")]
    [InlineData("/work/app/project", "gen/x/*.c;gen/y;./z/", "gen;z")]
    [InlineData("/work/app/project", "a;*.c", "")]
    [InlineData("/work/app/project", "a;../beside/b;/elsewhere/c", "a")]
    [InlineData("/work/app", "a;../beside/b", "project;beside")]
    [InlineData("/work/app", "a;../*.c", "")]
    public void They_are_below_a_few_names_of_a_folder(string folder, string texts, string names) =>
        Assert.Equal(names, string.Join(';', DeclaredOutputs.Of(HostPaths.Linux, Project, texts.Split(';')).NamesIn(folder)));

    [Fact]
    public void The_folder_of_the_checkout_is_in_no_relative_text() =>
        Assert.Equal(["a.txt", "gen/*.c", "../other/"], DeclaredOutputs.Of(HostPaths.Linux, Project, ["a.txt", "/work/app/project/gen/*.c", "/work/app/other/"]).RelativeTexts);

    [Fact]
    public void A_dependency_file_is_an_output_that_is_not_declared_as_one()
    {
        var outputs = DeclaredOutputs.Of(HostPaths.Linux, Project, ["a.o", "b*.o"]).WithDependencyFile("obj/a*.d");

        Assert.Equal(["a.o", "b*.o"], outputs.DeclaredTexts);
        Assert.Equal(["a.o", "b*.o", "obj/a*.d"], outputs.Texts);
        Assert.Equal((true, false, true, false), (outputs.Has($"{Project}/obj/a*.d"), outputs.Has($"{Project}/obj/ab.d"), outputs.Names($"{Project}/a.o"), outputs.Names($"{Project}/b.o")));
        Assert.Equal($"{Project}/obj/a*.d", outputs.DependencyFile!.FullPath);
    }

    [Fact]
    public void A_dependency_file_may_be_declared_as_an_output_too()
    {
        var outputs = DeclaredOutputs.Of(HostPaths.Linux, Project, ["./a.d"]).WithDependencyFile("a.d");

        Assert.Equal(["./a.d"], outputs.DeclaredTexts);
        Assert.Equal(["./a.d"], outputs.Texts);
        Assert.Equal($"{Project}/a.d", outputs.DependencyFile!.FullPath);
    }

    [Theory]
    [InlineData("./")]
    [InlineData("../a.txt")]
    [InlineData("../*")]
    [InlineData("../project")]
    [InlineData("/work/app/project/")]
    public void One_that_holds_the_project_is_told_as_it_is_declared(string text) =>
        Assert.Equal([text], DeclaredOutputs.Of(HostPaths.Linux, Project, ["gen/", text, "../beside/a.txt"]).ThatHoldProject());
}
